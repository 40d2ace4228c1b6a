import { startVitest } from 'vitest/node';
import type { Plugin } from 'vite';
import type { ProvidedContext } from 'vitest';
import startCluster, { databaseUrl, withClient } from '../cluster.ts';
import { defects } from './defects.ts';
import { alteredSource, plant, type Defect, type SourceSubstitution } from './planting.ts';
import { endWithJson, type Cleanup } from './last-line.ts';
import { ProgressReporter, type FailedTest } from './progress-reporter.ts';

type Provided = Partial<ProvidedContext>;

interface Verdict {
  defect: string;
  /** How many tests are green on a sound ledger and red on this one. */
  redTests: number;
  /** Files that should have turned red and did not. */
  blindFiles: string[];
}

/**
 * `npm run prove:negative [part of a defect's name …]`: plants one defect after the other in the ledger's SQL and runs
 * the real tests against it. Prints which of them turned red, then one line of JSON. Exits with 1 when a file that
 * should notice a defect stays green, or when one is red on the sound ledger.
 */
async function main(parts: readonly string[], cleanups: Cleanup[]): Promise<void> {
  const chosen = defects.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
  const provided: Provided = {};
  const stop = await startCluster({
    provide: (key, value) => {
      provided[key] = value;
    },
  });
  cleanups.push(stop);
  const isSound = await proveSound(chosen, provided);
  const verdicts: Verdict[] = [];
  for (const defect of isSound ? chosen : []) verdicts.push(await judge(defect, provided));
  const unnoticed = verdicts.filter(({ blindFiles }) => blindFiles.length > 0);
  const isProven = isSound && verdicts.length > 0 && unnoticed.length === 0;
  const noticed = verdicts.length - unnoticed.length;
  print(JSON.stringify({ ok: isProven, isSound, defects: verdicts.length, noticed, unnoticed }));
  process.exitCode = isProven ? 0 : 1;
}

/** Without a defect the same files are green in the same surroundings; otherwise red would mean nothing. */
async function proveSound(chosen: readonly Defect[], provided: Provided): Promise<boolean> {
  const files = [...new Set(chosen.flatMap(({ red }) => red))];
  print(`The sound ledger: ${files.join(', ')}`);
  const red = await redTests(files, provided);
  for (const { file, name, reason } of red) print(`  red already: ${file}: ${name}: ${reason}`);
  return red.length === 0;
}

async function judge(defect: Defect, provided: Provided): Promise<Verdict> {
  const templateName = 'cascade_defective';
  const { clusterUrl = '', templateName: soundName = '' } = provided;
  await withClient(clusterUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${templateName}`));
  await withClient(clusterUrl, (client) => client.query(`CREATE DATABASE ${templateName} TEMPLATE ${soundName}`));
  await withClient(databaseUrl(clusterUrl, templateName), (client) => plant(client, defect));
  const red = await redTests(defect.red, { ...provided, templateName }, defect.source);
  const blindFiles = defect.red.filter((file) => red.every((test) => test.file !== testFile(file)));
  print(`${blindFiles.length === 0 ? 'noticed' : 'NOT NOTICED'}: ${defect.name}`);
  for (const { file, name, reason } of red) print(`  red: ${file}: ${name}\n    ${reason.replaceAll('\n', '\n    ')}`);
  for (const file of blindFiles) print(`  green although it should not be: ${testFile(file)}`);
  return { defect: defect.name, redTests: red.length, blindFiles };
}

/** Lets the tests load a source file with its defect; the file itself stays as it is. */
function loading(source: SourceSubstitution | undefined): Plugin[] {
  if (source === undefined) return [];
  const { path, text } = alteredSource(source);
  return [{ name: 'planted-defect', enforce: 'pre', load: (id) => (id.split('?')[0] === path ? text : null) }];
}

/** Runs test files of the ledger on a template database, quietly. Throws when not all of them ran. */
async function redTests(
  files: readonly string[],
  provided: Provided,
  source?: SourceSubstitution,
): Promise<FailedTest[]> {
  const reporter = new ProgressReporter({ isQuiet: true });
  const options = {
    config: 'server/testing/prove/negative.config.ts',
    provide: provided,
    reporters: [reporter],
    watch: false,
  };
  const vitest = await startVitest(files.map(testFile), options, { plugins: loading(source) });
  await vitest.close();
  // Defects are meant to make tests fail, not this process.
  process.exitCode = 0;
  if (reporter.files !== files.length) throw new Error(`${String(reporter.files)} of ${files.join(', ')} ran`);
  return reporter.failed;
}

function testFile(name: string): string {
  return `server/${name.includes('/') ? name : `ledger/${name}`}.test.ts`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await endWithJson((cleanups) => main(process.argv.slice(2), cleanups));

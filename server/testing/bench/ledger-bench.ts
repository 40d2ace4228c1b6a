import { availableParallelism, loadavg } from 'node:os';
import type { Client } from 'pg';
import { endWithJson, Stopped, type Cleanup } from '../prove/last-line.ts';
import { measureBatches, measureRefusals, type CaseInput } from './batch-cases.ts';
import { createBooks, isSound, settleDown, withConnections } from './books.ts';
import { createReferences } from './contestants.ts';
import { measureGrowth } from './growth-case.ts';
import { readOptions, usage, type BenchOptions } from './options.ts';
import { createRandom } from './random.ts';
import { createReport, isMet, rounded, type Report } from './report.ts';
import { startBenchServer, type BenchServer } from './server.ts';
import { measureHotAccount, measureSingles } from './single-cases.ts';
import { createTpcb } from './tpcb.ts';

/**
 * Measures the ledger against its references on one PostgreSQL that it starts and removes itself: see `options.ts`.
 * Ends with one line of JSON, and with code 1 when a required figure is missed. When it is stopped or fails, that line
 * says why, with the figures that were known by then.
 */
async function main(report: Report, known: Known, cleanups: Cleanup[]): Promise<void> {
  known.options = readOptions(process.argv.slice(2));
  if (known.options === null) {
    report.line(usage);
    return;
  }
  const { isInMemory, minutesMax } = known.options;
  const starting = startBenchServer(isInMemory);
  // Also of a server that is still starting when the run is stopped; one that failed to start has left nothing.
  cleanups.push(() =>
    starting.then(
      (server) => server.remove(),
      () => undefined,
    ),
  );
  const settings = (found: Record<string, string>) => void Object.assign(known.settings, found);
  await Promise.race([measure(await starting, known.options, { ...report, settings }), endOfTime(minutesMax)]);
  const { missed, ...others } = knownBy(report, known);
  report.line(missed.length > 0 ? `${missed.length} required figures are missed.` : 'Every required figure is met.');
  report.line(JSON.stringify({ ok: missed.length === 0, missed, ...others }));
  process.exitCode = missed.length === 0 ? 0 : 1;
}

/** What the last line can tell however the run ended. */
interface Known {
  startedAt: number;
  options: BenchOptions | null;
  settings: Record<string, string>;
}

function knownBy(report: Report, { startedAt, options, settings }: Known) {
  const missed = report.figures().filter((figure) => !isMet(figure));
  return {
    figures: Object.fromEntries(report.figures().map(({ name, value }) => [name, Number(rounded(value))])),
    missed: missed.map(({ name }) => name),
    seconds: Math.round((performance.now() - startedAt) / 1000),
    options: options === null ? null : { ...options, cases: [...options.cases] },
    settings,
  };
}

/** Rejects when the time for all is over. */
function endOfTime(minutesMax: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    const late = () => {
      reject(new Stopped(`Not done after ${minutesMax} minutes: see --minutes.`));
    };
    setTimeout(late, 60_000 * minutesMax).unref();
  });
}

/** A report that also takes the settings as soon as they are known. */
interface RunReport extends Report {
  settings(found: Record<string, string>): void;
}

async function measure(server: BenchServer, options: BenchOptions, report: RunReport): Promise<void> {
  const { accounts, rounds, cases, seed } = options;
  report.line(`seed ${seed}, ${rounds} rounds, ${accounts} accounts, ${options.isInMemory ? 'tmpfs' : 'disk'}`);
  report.line(
    `${availableParallelism()} processors, load ${loadavg().map(rounded).join(' ')}, Node ${process.versions.node}`,
  );
  const random = createRandom(seed);
  const url = await createBooks(server, { database: 'bench', accounts, fundedStep: 1 });
  await withConnections([url], async ([admin]) => {
    report.settings(await describeServer(admin, report));
    const input: CaseInput = { admin, url, accounts, rounds, random, report };
    if ([1, 3, 4, 5].some((number) => cases.has(number))) {
      const references = await createReferences(admin, accounts);
      const single = { ...input, references };
      await settleDown(admin);
      if (cases.has(1)) await measureBatches(input, references);
      if (cases.has(3)) await measureHotAccount(single, await createTpcb(server, random));
      if (cases.has(4)) await measureSingles(single, 4);
      if (cases.has(5)) await measureSingles(single, 5);
      await admin.query('DROP SCHEMA reference CASCADE');
    }
    if (cases.has(2)) await measureRefusals(input);
    if (cases.has(6)) await measureGrowth({ ...input, server, grownTransfers: options.grownTransfers });
    else report.figure('the books add up', Number(await isSound(admin)), { atLeast: 1 });
  });
}

/** Prints and returns what the figures depend on: the server's settings, and the indexes that every posting maintains. */
async function describeServer(admin: Client, report: Report): Promise<Record<string, string>> {
  const { rows: settings } = await admin.query<{ name: string; value: string }>(
    `SELECT name, current_setting(name) AS value FROM pg_settings
     WHERE name IN ('server_version', 'shared_buffers', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_level',
       'wal_buffers', 'wal_sync_method', 'wal_compression', 'max_wal_size', 'checkpoint_timeout', 'commit_delay',
       'autovacuum', 'jit', 'deadlock_timeout', 'max_connections', 'maintenance_work_mem', 'work_mem', 'io_method')
     ORDER BY name`,
  );
  report.line('Settings:');
  for (const { name, value } of settings) report.line(`  ${name} = ${value}`);
  const { rows: indexes } = await admin.query<{ definition: string }>(
    `SELECT pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = 'ledger'::regnamespace AND NOT c.relispartition
       AND c.relname IN ('account', 'transfer', 'entry', 'rollup_tail', 'account_day')
     ORDER BY c.relname, definition`,
  );
  report.line('Indexes of what a posting writes:');
  for (const { definition } of indexes) report.line(`  ${definition}`);
  return Object.fromEntries(settings.map(({ name, value }) => [name, value]));
}

const report = createReport((line) => void process.stdout.write(`${line}\n`));
const known: Known = { startedAt: performance.now(), options: null, settings: {} };
await endWithJson(
  (cleanups) => main(report, known, cleanups),
  () => knownBy(report, known),
);

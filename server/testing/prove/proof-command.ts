import { parseArgs } from 'node:util';
import type { ProvidedContext } from 'vitest';
import { createVitest } from 'vitest/node';
import startCluster from '../cluster.ts';
import { endWithJson, Stopped, type Cleanup } from './last-line.ts';
import { ProgressReporter } from './progress-reporter.ts';

const proofs = [
  'model',
  'bank',
  'concurrency',
  'same-id',
  'lost-reply',
  'crash',
  'owner-condition',
  'limits',
  'groups',
  'combiner-property',
  'plain',
  'bad-input',
  'tampering',
].map((name) => `server/ledger/${name}.test.ts`);

/**
 * `npm run prove:ledger [part of a file's name …] [--seed=123]`: the long form of the ledger's proofs, under random
 * batches, load, kills and lost replies. Prints what it is at, then one line of JSON. Exits with 1 when a proof fails.
 */
async function main(args: readonly string[], cleanups: Cleanup[]): Promise<void> {
  const { values, positionals: chosen } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' } },
    allowPositionals: true,
  });
  const started = performance.now();
  const reporter = new ProgressReporter();
  const files = chosen.length === 0 ? proofs : [...chosen];
  const provided: Partial<ProvidedContext> = { proofLength: 'long', ...seedOf(values.seed) };
  // Its end must not depend on tests that are still running.
  cleanups.push(
    await startCluster({
      provide: (key, value) => {
        provided[key] = value;
      },
    }),
  );
  const vitest = await createVitest({
    config: 'server/testing/prove/vitest.config.ts',
    provide: provided,
    reporters: [reporter],
    watch: false,
  });
  await vitest.start(files);
  await vitest.close();
  const isWhole = chosen.length > 0 || reporter.files === proofs.length;
  const isProven = isWhole && reporter.failed.length === 0 && reporter.passed > 0;
  const seconds = Math.ceil((performance.now() - started) / 1_000);
  const { passed, failed, figures } = reporter;
  process.stdout.write(`${JSON.stringify({ ok: isProven, passed, failed, seconds, ...figures })}\n`);
  process.exitCode = isProven ? 0 : 1;
}

function seedOf(text: string | undefined): Pick<ProvidedContext, 'proofSeed'> {
  if (text === undefined) return {};
  if (!/^\d{1,9}$/.test(text)) throw new Stopped('a seed is a whole number');
  return { proofSeed: Number.parseInt(text, 10) };
}

await endWithJson((cleanups) => main(process.argv.slice(2), cleanups));

import { availableParallelism, loadavg } from 'node:os';
import type { Client } from 'pg';
import { measureBatches, measureRefusals, type CaseInput } from './batch-cases.ts';
import { createBooks, isSound, settleDown, withConnections } from './books.ts';
import { createReferences } from './contestants.ts';
import { measureGrowth } from './growth-case.ts';
import { readOptions, Stopped, usage, type BenchOptions } from './options.ts';
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
async function main(): Promise<void> {
  const report = createReport((line) => void process.stdout.write(`${line}\n`));
  const known: Known = { options: null, settings: {} };
  const startedAt = performance.now();
  let failed: string | null = null;
  try {
    known.options = readOptions(process.argv.slice(2));
    if (known.options === null) {
      report.line(usage);
      return;
    }
    await measureAndRemove(known.options, known.settings, report);
  } catch (error) {
    failed = error instanceof Error ? error.message : String(error);
    const text = error instanceof Error && !(error instanceof Stopped) ? error.stack : failed;
    process.stderr.write(`\n✗ ${String(text)}\n`);
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.exit(conclude(report, { ...known, seconds, failed }) ? 0 : 1);
}

/** What the last line can tell however the run ended. */
interface Known {
  options: BenchOptions | null;
  settings: Record<string, string>;
}

/** Prints the last lines. False when a required figure is missed or not all was measured. */
function conclude(report: Report, end: Known & { seconds: number; failed: string | null }): boolean {
  const { failed, seconds, settings } = end;
  const missed = report.figures().filter((figure) => !isMet(figure));
  const figures = Object.fromEntries(report.figures().map(({ name, value }) => [name, Number(rounded(value))]));
  const isMissing = missed.length > 0 || failed !== null;
  if (failed === null) {
    report.line(isMissing ? `${missed.length} required figures are missed.` : 'Every required figure is met.');
  }
  const options = end.options === null ? null : { ...end.options, cases: [...end.options.cases] };
  const why = failed === null ? {} : { failed };
  report.line(JSON.stringify({ figures, missed: missed.map(({ name }) => name), ...why, seconds, options, settings }));
  return !isMissing;
}

async function measureAndRemove(
  options: BenchOptions,
  settings: Record<string, string>,
  report: Report,
): Promise<void> {
  const stopped = stopRequest(options.minutesMax);
  const server = await startBenchServer(options.isInMemory);
  try {
    await Promise.race([
      measure(server, options, { ...report, settings: (found) => void Object.assign(settings, found) }),
      stopped,
    ]);
  } finally {
    await server.remove();
  }
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

/** Rejects on Ctrl-C, on another request to end, and when the time for all is over. */
function stopRequest(minutesMax: number): Promise<never> {
  const stopped = new Promise<never>((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        reject(new Stopped('Interrupted: the database is removed.'));
      });
    }
    const late = () => {
      reject(new Stopped(`Not done after ${minutesMax} minutes: see --minutes.`));
    };
    setTimeout(late, 60_000 * minutesMax).unref();
  });
  stopped.catch(() => undefined);
  return stopped;
}

await main();

import { availableParallelism, loadavg } from 'node:os';
import type { Client } from 'pg';
import { createDatabase, type Database } from '#server/platform/db.ts';
import { provenanceFindings } from '#server/provenance/checks.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { lotsOf } from '#server/provenance/queries.ts';
import { traceSerial } from '#server/provenance/trace.ts';
import { endWithJson, type Cleanup } from '../prove/last-line.ts';
import { createBooks, settleDown, withCallers, withConnections } from './books.ts';
import { firstWalletId, ours } from './contestants.ts';
import { createRandom, type Random } from './random.ts';
import { createReport, isMet, rounded, type Report } from './report.ts';
import { quantile, type Measurement } from './rounds.ts';
import { startBenchServer } from './server.ts';
import { randomMoves } from './transfers.ts';

const seed = 16;
const accounts = 20_000;
const rounds = 7;
const batchSize = 100;
const connections = 4;
const transfersPerRound = 60_000;
const lotsWanted = 1_000_000;
const lookups = 2_000;

/**
 * How fast the projection is beside the posting it follows, in turns on one PostgreSQL: batches of 100 transfers at four
 * connections, as in case 1 of `bench:ledger`, and then all of them projected. Then one serial and one account are looked
 * up among a million lots.
 */
async function main(report: Report, cleanups: Cleanup[]): Promise<void> {
  const starting = startBenchServer(process.argv.includes('--memory'));
  cleanups.push(() => starting.then((server) => server.remove()));
  const server = await starting;
  report.line(`${availableParallelism()} processors, load ${loadavg().map(rounded).join(' ')}, seed ${seed}`);
  const url = await createBooks(server, { database: 'provenance', accounts, fundedStep: 1 });
  const database = createDatabase(url, { connectionsMax: 4 });
  cleanups.push(() => database.close());
  const random = createRandom(seed);
  await projectNews(database, { isFull: true });
  await withConnections([url], async ([admin]) => {
    const measured = await measureRates({ database, admin, url, random });
    report.line(
      `Projection beside posting: batches of ${batchSize} at ${connections} connections, ${accounts} accounts`,
    );
    report.rates([measured.posting, measured.projecting]);
    report.ratio('projection / ledger.post', [measured.projecting, measured.posting], { atLeast: 1 });
    await fillUp({ database, admin, url, random });
    await settleDown(admin);
    await measureLookups(database, { random, report, admin });
    const findings = await database.inSnapshot((tx) => provenanceFindings(tx, 'full'), { isLong: true });
    report.figure('findings of the checker about the lots', findings.length, { atMost: 0 });
  });
  const missed = report.figures().filter((figure) => !isMet(figure));
  report.line(JSON.stringify({ ok: missed.length === 0, missed: missed.map(({ name }) => name), ...known() }));
  process.exitCode = missed.length === 0 ? 0 : 1;
}

interface Subject {
  database: Database;
  admin: Client;
  url: string;
  random: Random;
}

async function measureRates(subject: Subject): Promise<{ posting: Measurement; projecting: Measurement }> {
  const posting: Measurement = { name: 'ledger.post', rates: [] };
  const projecting: Measurement = { name: 'projection', rates: [] };
  // The first round warms up and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    const postedSeconds = await postMoves(subject, transfersPerRound);
    const startedAt = performance.now();
    const { projected } = await projectNews(subject.database);
    const seconds = (performance.now() - startedAt) / 1_000;
    if (projected !== transfersPerRound) throw new Error(`${projected} of ${transfersPerRound} were projected`);
    if (round === 0) continue;
    posting.rates.push(transfersPerRound / postedSeconds);
    projecting.rates.push(projected / seconds);
  }
  return { posting, projecting };
}

/** Posts random transfers and returns the seconds that it took. */
async function postMoves({ url, random }: Subject, count: number): Promise<number> {
  return withCallers(url, connections, async (clients) => {
    const waiting = Array.from({ length: count / batchSize }, () =>
      ours.values(randomMoves({ random, accounts, count: batchSize })),
    );
    const startedAt = performance.now();
    await Promise.all(
      clients.map(async (client) => {
        for (let values = waiting.pop(); values !== undefined; values = waiting.pop()) {
          const { rows } = await client.query<unknown[]>({ name: 'call', text: ours.sql, values, rowMode: 'array' });
          if (!ours.isAnswer(rows)) throw new Error('the ledger did not book what it was asked');
        }
      }),
    );
    return (performance.now() - startedAt) / 1_000;
  });
}

async function fillUp(subject: Subject): Promise<void> {
  while ((await lotCount(subject.admin)) < lotsWanted) {
    await postMoves(subject, transfersPerRound);
    await projectNews(subject.database);
  }
}

async function lotCount(admin: Client): Promise<number> {
  const { rows } = await admin.query<{ count: string }>('SELECT count(*) FROM lot');
  return Number(rows[0]?.count);
}

async function measureLookups(
  { client }: Database,
  { random, report, admin }: { random: Random; report: Report; admin: Client },
): Promise<void> {
  const { rows } = await admin.query<{ serial: string }>(
    `SELECT (serial_from + (random() * (serial_until - serial_from - 1))::bigint) AS serial FROM lot
     ORDER BY hashint8(serial_from) LIMIT ${lookups}`,
  );
  const at = new Date();
  report.line(`Look-ups at ${await lotCount(admin)} lots, in milliseconds`);
  const traced = await timed(
    rows.map(
      ({ serial }) =>
        () =>
          traceSerial(client, BigInt(serial)),
    ),
  );
  const wallets = Array.from({ length: lookups }, () => BigInt(firstWalletId + random.under(accounts)));
  const listed = await timed(wallets.map((wallet) => () => lotsOf(client, wallet, { at })));
  for (const [name, milliseconds] of [
    ['traceSerial', traced],
    ['lotsOf', listed],
  ] as const) {
    report.figure(`${name}, median`, quantile(milliseconds, 0.5), { atMost: 5 });
    report.figure(`${name}, p99`, quantile(milliseconds, 0.99), { atMost: 5 });
  }
}

/** Milliseconds of each call; the first few warm up and do not count. */
async function timed(calls: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const milliseconds: number[] = [];
  for (const call of calls) {
    const startedAt = performance.now();
    await call();
    milliseconds.push(performance.now() - startedAt);
  }
  return milliseconds.slice(100);
}

const report = createReport((line) => void process.stdout.write(`${line}\n`));
const known = () => ({
  figures: Object.fromEntries(report.figures().map(({ name, value }) => [name, Number(rounded(value))])),
});
await endWithJson((cleanups) => main(report, cleanups), known);

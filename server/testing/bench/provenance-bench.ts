import { availableParallelism, loadavg } from 'node:os';
import type { Client } from 'pg';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { createDatabase, type Database } from '#server/platform/db.ts';
import { provenanceFindings } from '#server/provenance/checks.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { emptyMemory, type Memory } from '#server/provenance/memory.ts';
import { amountsOf, lotsOf, lotsOfSource, originsOf } from '#server/provenance/queries.ts';
import { projectionLag, traceSerial } from '#server/provenance/trace.ts';
import { endWithJson, type Cleanup } from '../prove/last-line.ts';
import { callOnce, createBooks, settleDown, withCallers, withConnections } from './books.ts';
import { firstWalletId, ours } from './contestants.ts';
import { createRandom, type Random } from './random.ts';
import { createReport, isMet, rounded, type Report } from './report.ts';
import { quantile, type Measurement } from './rounds.ts';
import { startBenchServer } from './server.ts';
import { randomMoves } from './transfers.ts';

const seed = 16;
const accounts = 20_000;
const rounds = 5;
const batchSize = 100;
const connections = 4;
const transfersPerRound = 60_000;
const lotsWanted = 1_000_000;
/** Of one call that strikes new units, each a lot of its own. */
const struckPerCall = 8_000;
const lookups = 2_000;
const projectMsMax = 300_000;

/**
 * Whether the projection keeps up with the ledger at its full speed: batches of 100 transfers at four connections, between
 * random wallets, which is case 1 of `bench:ledger`. Two readings, in turns on one PostgreSQL, both printed:
 *
 * - each alone: so many transfers are posted, and then all of them projected, while nothing else runs. The ratio of the
 *   two rates is what is asked to be at least 1. It is the fair one: each has all processors for itself.
 * - both at once: they share the processors, and this process plays the callers and the worker. What is told is how many
 *   transfers are projected for each that is posted, once a third of them is, and by how many transfers the projection falls
 *   further behind in a second. It is the strict one: at a ratio of 1 the lag does not grow. A lag goes up and down by the
 *   two batches that are on their way, so one round may tell a little less or more.
 *
 * Posting waits for the disk, the projection does not (README of `server/provenance`). The worker is as it is after a first
 * look: all wallets are in its memory, and it makes no pauses, as long as there is something to project.
 *
 * Then what the pages of citizens and operators look up is looked up among a million lots.
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
  const memory = emptyMemory();
  await projectNews(database, { isFull: true, memory });
  await withConnections([url], async ([admin]) => {
    const measured = await measureRates({ database, memory, admin, url, random });
    report.line(
      `Projection beside posting: batches of ${batchSize} at ${connections} connections, ${accounts} accounts`,
    );
    report.rates([measured.posting, measured.projecting]);
    report.ratio('projection / ledger.post', [measured.projecting, measured.posting], { atLeast: 1 });
    report.line('Both at once, from the first third of what is posted to the last of it');
    report.rates([measured.postingBeside, measured.projectingBeside]);
    report.ratio('projection / ledger.post, both at once', [measured.projectingBeside, measured.postingBeside]);
    report.rates([measured.lagging], 'transfers behind more every second');
    report.line(`load ${loadavg().map(rounded).join(' ')}`);
    await fillUp({ database, memory, admin, url, random });
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
  /** What the worker keeps between its looks. */
  memory: Memory;
  admin: Client;
  url: string;
  random: Random;
}

interface Rates {
  posting: Measurement;
  projecting: Measurement;
  postingBeside: Measurement;
  projectingBeside: Measurement;
  /** By how many transfers the projection falls further behind in a second. */
  lagging: Measurement;
}

async function measureRates(subject: Subject): Promise<Rates> {
  const posting: Measurement = { name: 'ledger.post', rates: [] };
  const projecting: Measurement = { name: 'projection', rates: [] };
  const postingBeside: Measurement = { name: 'ledger.post, beside the projection', rates: [] };
  const projectingBeside: Measurement = { name: 'projection, beside ledger.post', rates: [] };
  const lagging: Measurement = { name: 'lag of the projection, beside ledger.post', rates: [] };
  // The first round warms up and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    const postedSeconds = await postMoves(subject, transfersPerRound);
    const projectedSeconds = await projectAll(subject, transfersPerRound);
    const [{ seconds, count, further }] = await Promise.all([
      postBeside(subject),
      projectAll(subject, transfersPerRound),
    ]);
    if (round === 0) continue;
    posting.rates.push(transfersPerRound / postedSeconds);
    projecting.rates.push(transfersPerRound / projectedSeconds);
    postingBeside.rates.push(count / seconds);
    projectingBeside.rates.push((count - further) / seconds);
    lagging.rates.push(further / seconds);
  }
  return { posting, projecting, postingBeside, projectingBeside, lagging };
}

interface Beside {
  /** Of what was posted after the first third. */
  count: number;
  seconds: number;
  /** By how many transfers the projection was further behind in the end. */
  further: number;
}

/** Posts while somebody projects. */
async function postBeside(subject: Subject): Promise<Beside> {
  const count = (transfersPerRound / 3) * 2;
  const starts: Promise<{ at: number; behind: number }>[] = [];
  await postMoves(subject, transfersPerRound, (left) => {
    if (left === count) starts.push(behind(subject));
  });
  const [first, last] = [await starts[0], await behind(subject)];
  if (first === undefined) throw new Error('nobody saw the first third posted');
  return { count, seconds: (last.at - first.at) / 1_000, further: last.behind - first.behind };
}

/** How many booked transfers are not projected at this moment: each has two entries. */
async function behind({ database }: Subject): Promise<{ at: number; behind: number }> {
  const at = performance.now();
  return { at, behind: Number((await projectionLag(database.client)).entries) / 2 };
}

/** Projects until so many are projected, however late they are booked, and returns the seconds that it took. */
async function projectAll({ database, memory }: Subject, count: number): Promise<number> {
  const startedAt = performance.now();
  let projected = 0;
  while (projected < count) {
    if (performance.now() - startedAt > projectMsMax) throw new Error(`${projected} of ${count} were projected`);
    projected += (await projectNews(database, { memory })).projected;
  }
  return (performance.now() - startedAt) / 1_000;
}

/** Posts random transfers and returns the seconds that it took. `onTake` is told how many are left before each call. */
async function postMoves(
  { url, random }: Subject,
  count: number,
  onTake: (left: number) => void = () => undefined,
): Promise<number> {
  return withCallers(url, connections, async (clients) => {
    // Taken from the end: what is posted first shall have the first ids, as callers make them when they post.
    const waiting = Array.from({ length: count / batchSize }, () =>
      ours.values(randomMoves({ random, accounts, count: batchSize })),
    ).reverse();
    const startedAt = performance.now();
    await Promise.all(
      clients.map(async (client) => {
        for (let values = waiting.pop(); values !== undefined; values = waiting.pop()) {
          onTake((waiting.length + 1) * batchSize);
          const { rows } = await client.query<unknown[]>({ name: 'call', text: ours.sql, values, rowMode: 'array' });
          if (!ours.isAnswer(rows)) throw new Error('the ledger did not book what it was asked');
        }
      }),
    );
    return (performance.now() - startedAt) / 1_000;
  });
}

/** Random wallets get newly struck units, one lot each. */
async function fillUp({ database, memory, admin, random }: Subject): Promise<void> {
  const from = Number(systemAccountId('issuance', 'DUCAT')) - firstWalletId;
  for (let missing = lotsWanted - (await lotCount(admin)); missing > 0; missing -= struckPerCall) {
    const moves = Array.from({ length: struckPerCall }, () => ({
      from,
      to: random.under(accounts),
      amountMinor: 1 + random.under(100),
    }));
    await callOnce(admin, moves);
  }
  while (!(await projectNews(database, { isFull: true, memory })).isDone);
}

async function lotCount(admin: Client): Promise<number> {
  const { rows } = await admin.query<{ count: string }>('SELECT count(*) FROM lot');
  return Number(rows[0]?.count);
}

async function measureLookups(
  { client }: Database,
  { random, report, admin }: { random: Random; report: Report; admin: Client },
): Promise<void> {
  const { rows } = await admin.query<{ serial: string; id: string }>(
    `SELECT (l.serial_from + (random() * (l.serial_until - l.serial_from - 1))::bigint) AS serial, f.source_id AS id
     FROM lot l JOIN lot_fact f ON f.id = l.fact_id WHERE f.kind <> 'stock'
     ORDER BY hashint8(l.serial_from) LIMIT ${lookups}`,
  );
  const at = new Date();
  report.line(`Look-ups at ${await lotCount(admin)} lots, in milliseconds, load ${rounded(loadavg()[0] ?? 0)}`);
  const wallets = Array.from({ length: lookups }, () => BigInt(firstWalletId + random.under(accounts)));
  const cases: [name: string, calls: (() => Promise<unknown>)[], required: boolean][] = [
    [
      'one serial (traceSerial)',
      rows.map(
        ({ serial }) =>
          () =>
            traceSerial(client, BigInt(serial)),
      ),
      true,
    ],
    ['a wallet by kind (amountsOf)', wallets.map((wallet) => () => amountsOf(client, wallet, at)), false],
    [
      'a page of origins (originsOf)',
      wallets.map((wallet) => () => originsOf(client, wallet, { at, limit: 20 })),
      false,
    ],
    ['all lots of a wallet (lotsOf)', wallets.map((wallet) => () => lotsOf(client, wallet, { at })), false],
    [
      'where the units of a source are (lotsOfSource)',
      rows.map(
        ({ id }) =>
          () =>
            lotsOfSource(client, { type: 'transfer', id }, at),
      ),
      false,
    ],
    ['how far behind (projectionLag)', Array.from({ length: 120 }, () => () => projectionLag(client)), false],
  ];
  for (const [name, calls, isRequired] of cases) {
    const milliseconds = await timed(calls);
    const required = isRequired ? { atMost: 5 } : null;
    report.figure(`${name}, median`, quantile(milliseconds, 0.5), required);
    report.figure(`${name}, p99`, quantile(milliseconds, 0.99), required);
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

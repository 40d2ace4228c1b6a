import { Agent } from 'node:http';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { createDatabase } from '#server/platform/db.ts';
import { systemClock } from '#server/platform/clock.ts';
import { systemIds } from '#server/platform/ids.ts';
import { countListings } from '#server/market/search/search-jobs.ts';
import { endWithJson, type Cleanup } from '../prove/last-line.ts';
import { ask, load, processorSeconds, type LoadTarget } from './http-load.ts';
import { buyingCases, plantPairs, sender, takeTurns, type BuyingCase, type Pair } from './market-buying.ts';
import { marketCases, type MarketCase } from './market-calls.ts';
import { plantGoods } from './market-goods.ts';
import { migratedDatabase, settingsFor, startMeasured, startPages } from './processes.ts';
import { createReport, isMet, rounded, type Figure, type Report } from './report.ts';
import { median, quantile } from './rounds.ts';
import { startBenchServer } from './server.ts';

/**
 * `npm run bench:market [-- --listings 100000 --rounds 5 --cases list,search]`: what visitors of a big market ask for,
 * through the whole API of a web process of its own, beside a bare handler that answers the same bytes, in turns. Lists and
 * searches are measured as nobody else had asked for them; "popular search" shares answers as the product does. Buying is
 * measured by what the pages send for it: `--cases buying` for it alone, `--cases 'finished order'` for one case of it.
 */
const { values: options } = parseArgs({
  options: {
    listings: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    cases: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
  },
});
const sellers = 1_000;
const connections = [1, 4, 16] as const;
const requestsPerSlice = { 1: 128, 4: 256, 16: 512 } as const;
/** Pages take many times as long. */
const pagesPerSlice = { 1: 32, 4: 64, 16: 128 } as const;
type Connections = (typeof connections)[number];

/** Processor time of the web process and of PostgreSQL's together, for an order from its purchase to its end. */
const orderProcessorMsMax = 15;

/** What an answer may take at one connection, and how many there must be at sixteen. */
const goals: Partial<Record<MarketCase['name'], { p50MsMax: number; perSecondMin?: number }>> = {
  list: { p50MsMax: 10, perSecondMin: 400 },
  search: { p50MsMax: 10, perSecondMin: 400 },
  filtered: { p50MsMax: 10 },
  facets: { p50MsMax: 25 },
  page: { p50MsMax: 60 },
};

interface Stage {
  product: LoadTarget;
  /** The web processes that cases are answered by. */
  targets: Readonly<Record<MarketCase['by'], LoadTarget | null>>;
  bare: LoadTarget;
  /** One for each connection. */
  pairs: readonly Pair[];
  /** The process of the product, and those of its database. */
  pids: () => Promise<{ web: number[]; postgres: number[] }>;
  recount: () => Promise<unknown>;
  /** What PostgreSQL does by itself within a minute. */
  analyse: () => Promise<unknown>;
}

async function main(report: Report, cleanups: Cleanup[]): Promise<void> {
  report.line(`${availableParallelism()} processors, load ${loadavg().map(rounded).join(' ')}`);
  const stage = await setUp(cleanups);
  for (const each of marketCases(Number(options.seed))) {
    if (!isChosen(each.name)) continue;
    const product = stage.targets[each.by];
    if (product === null) continue;
    for (const path of each.paths) await ask(stage.bare, path, (await ask(product, path)) ?? Buffer.alloc(0));
    report.line(`${each.name}: ${each.paths.length} different requests in turns, ${options.rounds} rounds`);
    for (const atOnce of connections) await measure(report, { ...stage, product }, { ...each, atOnce });
  }
  await measureBuying(report, stage);
  if (isChosen('flood')) await flood(report, stage, cleanups);
  const missed = report.figures().filter((figure) => !isMet(figure));
  report.line(JSON.stringify({ ok: missed.length === 0, missed: missed.map(({ name }) => name), ...known() }));
  process.exitCode = missed.length === 0 ? 0 : 1;
}

function isChosen(name: MarketCase['name'] | (typeof buyingCases)[number]['name'] | 'buying' | 'flood'): boolean {
  return options.cases === '' || options.cases.split(',').includes(name);
}

async function setUp(cleanups: Cleanup[]): Promise<Stage> {
  const server = await startBenchServer(false);
  cleanups.push(() => server.remove());
  const url = await migratedDatabase(server, 'market');
  const startedAt = performance.now();
  await plantGoods(url, { listings: Number(options.listings), sellers });
  report.line(`${options.listings} listings planted in ${rounded((performance.now() - startedAt) / 1_000)} s`);
  const env = settingsFor(url);
  const [front, fresh, bare] = [
    await startMeasured('front.ts', env, cleanups),
    await startMeasured('front.ts fresh', env, cleanups),
    await startMeasured('bare-answer.ts', env, cleanups),
  ];
  const pages = isChosen('page') ? await startPages(url, cleanups) : null;
  const database = createDatabase(url, { connectionsMax: 1 });
  cleanups.push(() => database.close());
  const admin = new Client(url);
  await admin.connect();
  cleanups.push(() => admin.end());
  const target = ({ port }: { port: number }): LoadTarget => {
    const agent = new Agent({ keepAlive: true, maxSockets: Math.max(...connections) });
    cleanups.push(() => Promise.resolve(agent.destroy()));
    return { port, agent };
  };
  const product = target(front);
  const all = [front, fresh, ...(pages === null ? [] : [pages])];
  return {
    product,
    targets: { fresh: target(fresh), shared: product, pages: pages === null ? null : target(pages) },
    bare: target(bare),
    pairs: await plantPairs(database, Math.max(...connections)),
    pids: async () => ({ web: all.map(({ pid }) => pid), postgres: await backends(admin) }),
    recount: () => countListings({ database, clock: systemClock, ids: systemIds }),
    analyse: () => admin.query('VACUUM ANALYZE'),
  };
}

async function backends(admin: Client): Promise<number[]> {
  const { rows } = await admin.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database()',
  );
  return rows.map(({ pid }) => pid);
}

/** One case at one number of connections: the product and the bare handler in turns; the first round warms up. */
async function measure(
  report: Report,
  stage: Stage,
  { name, by, paths, atOnce }: MarketCase & { atOnce: Connections },
): Promise<void> {
  const what = { paths, count: (by === 'pages' ? pagesPerSlice : requestsPerSlice)[atOnce], atOnce };
  const [times, rates, bareRates, processor] = [[] as number[], [] as number[], [] as number[], [] as number[]];
  for (let round = 0; round <= Number(options.rounds); round += 1) {
    await stage.recount();
    const { web, postgres } = await stage.pids();
    const pids = [...web, ...postgres];
    const before = processorSeconds(pids);
    const ours = await load(stage.product, what);
    const used = processorSeconds(pids) - before;
    const theirs = await load(stage.bare, what);
    if (round === 0) continue;
    times.push(...ours.times);
    rates.push(what.count / ours.seconds);
    bareRates.push(what.count / theirs.seconds);
    processor.push((1_000 * used) / what.count);
  }
  const title = (figure: string) => `${name} at ${String(atOnce)}: ${figure}`;
  report.figure(title('p50 ms'), median(times), p50Required(name, atOnce));
  report.figure(title('p99 ms'), quantile(times, 0.99));
  report.figure(title('per second'), median(rates), rateRequired(name, atOnce));
  report.figure(title('processor ms per request'), median(processor));
  report.ratio(title('bare handler / product'), [
    { name: 'bare', rates: bareRates },
    { name, rates },
  ]);
}

const turnsPerSlice = { 1: 16, 4: 32, 16: 64 } as const;

/** After as many the process has compiled what it runs, and every connection has prepared its statements. */
const turnsBefore = 512;

/** The cases of buying that were chosen, at every number of connections, in a market that is open for a moment already. */
async function measureBuying(report: Report, stage: Stage): Promise<void> {
  for (const each of buyingCases) {
    if (!isChosen('buying') && !isChosen(each.name)) continue;
    report.line(`${each.name}: ${String(each.requests)} requests a turn, ${options.rounds} rounds`);
    await openUp(stage, each);
    for (const atOnce of connections) await measureTurns(report, stage, { ...each, atOnce });
  }
}

/** Otherwise orders would be planned for tables that are empty, and measured while they fill. */
async function openUp(stage: Stage, { turn }: BuyingCase): Promise<void> {
  const send = sender(stage.product);
  const atOnce = Math.max(...connections);
  await takeTurns({ pairs: stage.pairs, count: turnsBefore, atOnce, turn: (pair) => turn(send, pair) });
  await stage.analyse();
}

async function measureTurns(
  report: Report,
  stage: Stage,
  { name, requests, turn, atOnce }: BuyingCase & { atOnce: Connections },
): Promise<void> {
  const [ours, bare] = [sender(stage.product), sender(stage.bare)];
  const what = { pairs: stage.pairs, count: turnsPerSlice[atOnce], atOnce };
  const bareTurn = async ({ buyer: cookie }: Pair) => {
    for (let sent = 0; sent < requests; sent += 1) await bare({ cookie, path: 'bare', input: {} });
  };
  const [times, rates, bareRates] = [[] as number[], [] as number[], [] as number[]];
  const used = { web: [] as number[], postgres: [] as number[] };
  for (let round = 0; round <= Number(options.rounds); round += 1) {
    const { web, postgres } = await stage.pids();
    const before = { web: processorSeconds(web), postgres: processorSeconds(postgres) };
    const product = await takeTurns({ ...what, turn: (pair) => turn(ours, pair) });
    const after = { web: processorSeconds(web), postgres: processorSeconds(postgres) };
    const theirs = await takeTurns({ ...what, turn: bareTurn });
    if (round === 0) continue;
    times.push(...product.times);
    rates.push(what.count / product.seconds);
    bareRates.push(what.count / theirs.seconds);
    used.web.push((1_000 * (after.web - before.web)) / what.count);
    used.postgres.push((1_000 * (after.postgres - before.postgres)) / what.count);
  }
  const title = (figure: string) => `${name} at ${String(atOnce)}: ${figure}`;
  report.figure(title('p50 ms'), median(times));
  report.figure(title('p99 ms'), quantile(times, 0.99));
  report.figure(title('per second'), median(rates));
  report.figure(title('processor ms per turn, web process'), median(used.web));
  report.figure(title('processor ms per turn, PostgreSQL'), median(used.postgres));
  const most = name === 'finished order' ? { atMost: orderProcessorMsMax } : null;
  const both = used.web.map((ms, round) => ms + (used.postgres[round] ?? 0));
  report.figure(title('processor ms per turn, both together'), median(both), most);
  report.ratio(title('bare handler / product'), [
    { name: 'bare', rates: bareRates },
    { name, rates },
  ]);
}

const floodSearches = 10_000;
const floodAtOnce = 500;

/** Many more searches at once than there are connections to the database: each is answered or clearly refused. */
async function flood(report: Report, stage: Stage, cleanups: Cleanup[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: floodAtOnce });
  cleanups.push(() => Promise.resolve(agent.destroy()));
  const paths = marketCases(Number(options.seed)).find(({ name }) => name === 'search')?.paths ?? [];
  const target = { ...(stage.targets.fresh ?? stage.product), agent, alsoFine: 429 };
  const { times, seconds, refused } = await load(target, { paths, count: floodSearches, atOnce: floodAtOnce });
  report.line(
    `${String(floodSearches)} searches, ${String(floodAtOnce)} at once: an answer or "too many" for every one`,
  );
  report.figure('flood: answered', times.length - refused, { atLeast: 1 });
  report.figure('flood: refused', refused);
  report.figure('flood: per second', floodSearches / seconds);
  report.figure('flood: p99 ms', quantile(times, 0.99));
}

function p50Required(name: MarketCase['name'], atOnce: Connections): Figure['required'] {
  const goal = goals[name];
  return goal === undefined || atOnce !== 1 ? null : { atMost: goal.p50MsMax };
}

function rateRequired(name: MarketCase['name'], atOnce: Connections): Figure['required'] {
  const least = goals[name]?.perSecondMin;
  return least === undefined || atOnce !== 16 ? null : { atLeast: least };
}

const report = createReport((line) => process.stdout.write(`${line}\n`));
const known = () => ({ figures: report.figures() });
await endWithJson((cleanups) => main(report, cleanups), known);

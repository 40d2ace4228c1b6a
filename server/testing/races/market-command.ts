import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { checkLedger } from '#server/ledger/checker.ts';
import { createDatabase } from '#server/platform/db.ts';
import { allCitizens, demoCitizens, systemCitizens } from '#server/sandbox/venice/citizens-data.ts';
import { endWithJson, Stopped } from '../prove/last-line.ts';
import { couponRaces } from './coupon-races.ts';
import { offerRaces } from './offer-races.ts';
import { productStage } from './product-stage.ts';
import { floodSearches, type Flood } from './search-flood.ts';
import type { Race, Stage } from './stage.ts';
import { stepRaces } from './step-races.ts';
import { stockRaces } from './stock-races.ts';
import { timerRaces } from './timer-races.ts';
import { walletRaces } from './wallet-races.ts';

/**
 * `npm run prove:market [-- --url http://localhost:3000]`: citizens of a running product want the same at once, over HTTP,
 * in every race several times; then more searches at once than it can answer. Without `--url` a product of its own is
 * started. Options: `--runners 16`, `--rounds 3`, `--searches 10000`, `--database <url>` to have the books checked and to
 * let the time of orders be over, so that the product's own worker takes part. Ends with one line of JSON, and with 1 when a
 * race was not fair.
 */
const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    runners: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    searches: { type: 'string', default: '10000' },
    database: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});

interface Finding {
  race: string;
  rounds: number;
  milliseconds: number;
  /** What was not as it must be; null where all was. */
  problem: string | null;
}

const races: readonly Race[] = [
  ...stockRaces,
  ...walletRaces,
  ...couponRaces,
  ...offerRaces,
  ...stepRaces,
  ...timerRaces,
];
const findings: Finding[] = [];
/** Races that need to reach the product's database. */
const notHeld: string[] = [];
let searches: Flood | null = null;

async function main(): Promise<void> {
  const base = new URL(options.url ?? noAddress()).origin;
  const [runners, rounds] = [numberOf(options.runners), numberOf(options.rounds)];
  const [others, seller, bank] = [ordinaryCitizens(), 'MuranoGlass', 'NLR'];
  if (runners < 2 || runners > others.length) throw new Stopped(`there can be 2 to ${String(others.length)} runners`);
  say(`${String(availableParallelism())} processors, load ${loadavg().map(Math.round).join(' ')}`);
  const database = options.database === undefined ? null : createDatabase(options.database, { connectionsMax: 2 });
  try {
    const stage = await productStage({ base, database }, { seller, bank, buyers: others.slice(0, runners) });
    say(`${String(runners)} citizens are signed in at ${base}`);
    for (const race of races) await holdAll(stage, race, rounds);
  } finally {
    await database?.close();
  }
  const count = numberOf(options.searches);
  if (count > 0) searches = await floodSearches(base, { count, seed: numberOf(options.seed) });
  const isReady = (await fetch(`${base}/readyz`)).ok;
  const books = options.database === undefined ? null : await booksOf(options.database);
  const isFair = findings.every(({ problem }) => problem === null);
  const ok = isFair && isReady && (books === null || books.length === 0);
  say(JSON.stringify({ ok, isReady, books, ...known() }));
  process.exitCode = ok ? 0 : 1;
}

/** What can be held here: only who reaches the database can let the time of an order be over. */
async function holdAll(stage: Stage, race: Race, rounds: number): Promise<void> {
  if (race.needsHouse !== true) return void findings.push(await hold(stage, race, rounds));
  if (stage.house !== null) return void findings.push(await hold(stage, race, 1));
  notHeld.push(race.name);
  say(`NOT HELD without --database: ${race.name}`);
}

/** Every round of one race, until one is not fair. */
async function hold(stage: Stage, race: Race, rounds: number): Promise<Finding> {
  const began = performance.now();
  let [round, problem] = [0, null as string | null];
  while (round < rounds && problem === null) {
    problem = await race.run(stage).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    round += 1;
  }
  const milliseconds = Math.round(performance.now() - began);
  say(`${problem === null ? 'fair' : 'NOT FAIR'}: ${race.name} (${String(round)} times, ${String(milliseconds)} ms)`);
  if (problem !== null) say(`  ${problem}`);
  return { race: race.name, rounds: round, milliseconds, problem };
}

/** Hard findings of the checker. */
async function booksOf(url: string): Promise<string[]> {
  const database = createDatabase(url, { connectionsMax: 2 });
  try {
    const { findings: found } = await checkLedger(database.client);
    return found.filter(({ severity }) => severity === 'hard').map(({ check, place }) => `${check}: ${place}`);
  } finally {
    await database.close();
  }
}

/** Nobody whom the seed gave a part to play. */
function ordinaryCitizens(): string[] {
  const others = new Set([...demoCitizens, ...systemCitizens].map(({ username }) => username));
  return allCitizens.map(({ username }) => username).filter((username) => !others.has(username));
}

function numberOf(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new Stopped(`${text} is no whole number`);
  return Number.parseInt(text, 10);
}

function noAddress(): never {
  throw new Stopped('Say where the product is: --url http://localhost:3000');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const known = () => ({ races: findings, notHeld, searches });
await endWithJson(() => main(), known);

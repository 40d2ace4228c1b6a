import { DatabaseError, type Client } from 'pg';
import { isDecided, ours, type Contestant, type References } from './contestants.ts';
import { settleDown, withCallers } from './books.ts';
import type { Random } from './random.ts';
import type { Report } from './report.ts';
import { race, type Racer } from './rounds.ts';
import { randomMoves, type MoveRules } from './transfers.ts';

const batchSize = 100;
const connections = 4;
const sliceSeconds = 2;
const firstCalls = 60;
const callsMax = 2_000;

export interface CaseInput {
  /** The superuser's connection. */
  admin: Client;
  url: string;
  accounts: number;
  rounds: number;
  random: Random;
  report: Report;
}

/** Case 1: batches of 100 between random accounts at 4 connections. */
export async function measureBatches(input: CaseInput, references: References): Promise<void> {
  const { report, admin } = input;
  const { bareFloor, loop, bigintLoop, leanLoop, leanBigintLoop } = references;
  const contestants = [ours, loop, bigintLoop, leanLoop, leanBigintLoop, bareFloor];
  report.line(`Case 1: batches of ${batchSize} at ${connections} connections, random accounts`);
  // Plans of empty tables would stay with the connections: every table gets rows and figures first.
  for (const contestant of contestants) await runSlices(input, [{ contestant }], 0);
  await settleDown(admin);
  // The first change of a page after a checkpoint writes the whole page to the log. A round that does not count pays
  // for that, for all alike: what is measured is the state in which a server is most of the time.
  await runSlices(
    input,
    contestants.map((contestant) => ({ contestant })),
    2,
  );
  const before = await deadlockCount(admin);
  const { measurements, deadlocks } = await runSlices(
    input,
    contestants.map((contestant) => ({ contestant })),
    input.rounds,
  );
  report.rates(measurements);
  const [mine, text, bigint, leanText, leanBigint, floor] = measurements;
  if (!mine || !text || !bigint || !leanText || !leanBigint || !floor) throw new Error('a contestant is missing');
  report.ratio('1: ledger.post / (b) text ULID keys', [mine, text], { atLeast: 4 });
  report.ratio('1: ledger.post / (b) bigint keys', [mine, bigint], { atLeast: 1.3 });
  report.ratio('1: ledger.post / (b) lean, text ULID keys', [mine, leanText]);
  report.ratio('1: ledger.post / (b) lean, bigint keys', [mine, leanBigint]);
  report.ratio('1: ledger.post / (a) bare floor', [mine, floor], { atLeast: 0.75 });
  const ofOthers = contestants.slice(1).reduce((sum, { name }) => sum + (deadlocks.get(name) ?? 0), 0);
  const counted = (await deadlockCount(admin)) - before;
  report.line(`  deadlocks: ${counted} counted by the server, ${ofOthers} of them told to callers of the references`);
  report.figure('1: deadlocks of ledger.post', Math.max(counted - ofOthers, deadlocks.get(ours.name) ?? 0), {
    atMost: 0,
  });
}

/** Case 2: batches of which 0, 1 and 50 of a hundred transfers are refused for lack of funds. */
export async function measureRefusals(input: CaseInput): Promise<void> {
  const { report } = input;
  report.line(`Case 2: batches of ${batchSize} at ${connections} connections, with refused items`);
  const lanes = [0, 10, 500].map((refusedPerMille) => ({
    contestant: {
      ...ours,
      name: `ledger.post, ${refusedPerMille / 10} % refused`,
      isAnswer: refusedPerMille === 0 ? ours.isAnswer : isDecided,
    },
    refusedPerMille,
  }));
  const { measurements } = await runSlices(input, lanes, input.rounds);
  report.rates(measurements);
  const [none, few, half] = measurements;
  if (!none || !few || !half) throw new Error('a measurement is missing');
  report.ratio('2: time with 1 % refused / with none', [none, few], { atMost: 1.5 });
  report.ratio('2: time with 50 % refused / with none', [none, half], { atMost: 1.5 });
}

interface Lane {
  contestant: Contestant;
  refusedPerMille?: number;
}

async function runSlices(input: CaseInput, lanes: readonly Lane[], rounds: number) {
  const deadlocks = new Map<string, number>();
  const onDeadlock = (name: string) => deadlocks.set(name, (deadlocks.get(name) ?? 0) + 1);
  const { accounts, random } = input;
  const measurements = await withCallers(input.url, connections * lanes.length, (clients) =>
    race(
      lanes.map(({ contestant, refusedPerMille = 0 }, place) =>
        batchRacer({
          contestant,
          clients: clients.slice(connections * place, connections * (place + 1)),
          rules: { random, accounts, count: batchSize, refusedPerMille },
          onDeadlock: () => onDeadlock(contestant.name),
        }),
      ),
      rounds,
    ),
  );
  return { measurements, deadlocks };
}

export interface BatchLane {
  contestant: Contestant;
  clients: readonly Client[];
  rules: MoveRules;
  /** Most calls in a slice. */
  calls?: number;
  onDeadlock: () => void;
}

/** Calls with arrays that are made before the clock starts; a call that ends in a deadlock is repeated. */
export function batchRacer({ contestant, clients, rules, calls: most = callsMax, onDeadlock }: BatchLane): Racer {
  let calls = Math.min(most, firstCalls);
  return {
    name: contestant.name,
    run: async () => {
      const waiting = Array.from({ length: calls }, () => contestant.values(randomMoves(rules)));
      const startedAt = performance.now();
      await Promise.all(clients.map((client) => workOff({ client, contestant, waiting, onDeadlock })));
      const seconds = (performance.now() - startedAt) / 1000;
      const rate = (calls * rules.count) / seconds;
      calls = Math.max(clients.length, Math.min(most, Math.round((sliceSeconds * rate) / rules.count)));
      return rate;
    },
  };
}

interface Queue {
  client: Client;
  contestant: Contestant;
  waiting: (string | null)[][];
  onDeadlock: () => void;
}

async function workOff({ client, contestant, waiting, onDeadlock }: Queue): Promise<void> {
  for (let values = waiting.pop(); values !== undefined; values = waiting.pop()) {
    try {
      const query = { name: 'call', text: contestant.sql, values, rowMode: 'array' as const };
      const { rows } = await client.query<unknown[]>(query);
      if (!contestant.isAnswer(rows)) throw new Error(`${contestant.name} did not book what it was asked`);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== '40P01') throw error;
      onDeadlock();
      waiting.push(values);
    }
  }
}

async function deadlockCount(admin: Client): Promise<number> {
  const { rows } = await admin.query<{ deadlocks: string }>(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(rows[0]?.deadlocks);
}

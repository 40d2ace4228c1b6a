import { createCombiner, type Combiner } from '#server/ledger/combiner.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { createDatabase, type Database } from '#server/platform/db.ts';
import { firstWalletId, type References } from './contestants.ts';
import type { CaseInput } from './batch-cases.ts';
import { newIds } from './random.ts';
import { median, race, type Measurement, type Racer } from './rounds.ts';
import type { Tpcb } from './tpcb.ts';
import { randomMoves, type Move } from './transfers.ts';

const callersMany = 64;
const sliceSeconds = 2;
/** Connections of the product's own pool, for both sides. */
const poolSize = 12;

export interface SingleInput extends CaseInput {
  references: References;
}

/** Runs the cases whose transfers come one by one, through one Prisma client and its pool. */
async function withPool<T>(url: string, work: (database: Database, combiner: Combiner) => Promise<T>): Promise<T> {
  const database = createDatabase(url, { connectionsMax: poolSize });
  const combiner = createCombiner(database);
  try {
    return await work(database, combiner);
  } finally {
    await combiner.close();
    await database.close();
  }
}

/** Case 3: one hot account is the payee of everything. */
export async function measureHotAccount(input: SingleInput, tpcb: Tpcb): Promise<void> {
  const { report, rounds } = input;
  report.line(`Case 3: one hot account, ${callersMany} concurrent callers`);
  report.line(
    `  ledger and (b): one Node process, one Prisma client, ${poolSize} connections; (c): ${tpcb.means}, scale 1`,
  );
  report.line('  (scale 1 makes the one branch row hot); (c) is run at both client counts, and the better one counts');
  const next = () => ({ ...nextMove(input), to: 0 });
  const measurements = await withPool(input.url, (database, combiner) =>
    race(
      [
        single('ledger, combiner, hot account', callersMany, throughCombiner(combiner, next)),
        single('(b) loop, text ULID keys, hot account', callersMany, throughLoop(database, input.references, next)),
        tpcb.racer(poolSize, sliceSeconds),
        tpcb.racer(callersMany, sliceSeconds),
      ],
      rounds,
    ),
  );
  report.rates(measurements);
  const [mine, loop, fewClients, manyClients] = measurements;
  if (!mine || !loop || !fewClients || !manyClients) throw new Error('a contestant is missing');
  const better = median(fewClients.rates) > median(manyClients.rates) ? fewClients : manyClients;
  report.ratio('3: ledger / (b) text ULID keys', [mine, loop], { atLeast: 15 });
  report.ratio(`3: ledger / ${better.name}`, [mine, better], { atLeast: 5 });
}

/** Case 4: single posts of 64 callers over all accounts. Case 5: of one caller alone. */
export async function measureSingles(input: SingleInput, which: 4 | 5): Promise<void> {
  const { report, rounds } = input;
  const callers = which === 4 ? callersMany : 1;
  const told = which === 4 ? `${callers} concurrent callers` : 'one caller alone';
  report.line(
    `Case ${which}: single posts, random accounts, ${told}, one Node process, one Prisma client, ${poolSize} connections`,
  );
  const next = () => nextMove(input);
  const measurements: Measurement[] = await withPool(input.url, (database, combiner) =>
    race(
      [
        single(`ledger, combiner, ${told}`, callers, throughCombiner(combiner, next)),
        single(`(b) loop, text ULID keys, ${told}`, callers, throughLoop(database, input.references, next)),
      ],
      rounds,
    ),
  );
  report.rates(measurements);
  const [mine, loop] = measurements;
  if (!mine || !loop) throw new Error('a contestant is missing');
  report.ratio(`${which}: ledger / (b) text ULID keys`, [mine, loop], { atLeast: which === 4 ? 4 : 0.9 });
}

type OneCall = () => Promise<void>;

/** So many callers that each ask again when they were answered, until the slice is over. */
function single(name: string, callers: number, call: OneCall): Racer {
  return {
    name,
    run: async () => {
      const startedAt = performance.now();
      const endsAt = startedAt + 1000 * sliceSeconds;
      let count = 0;
      const caller = async () => {
        for (; performance.now() < endsAt; count += 1) await call();
      };
      await Promise.all(Array.from({ length: callers }, caller));
      return count / ((performance.now() - startedAt) / 1000);
    },
  };
}

function throughCombiner(combiner: Combiner, next: () => Move): OneCall {
  return async () => {
    const [result] = await combiner.post(requestOf(next()));
    if (result?.status !== 'created') throw new Error(`the ledger did not book: ${JSON.stringify(result?.status)}`);
  };
}

function throughLoop({ client }: Database, { loopSingleSql, loopKeys }: References, next: () => Move): OneCall {
  return async () => {
    const { from, to, amountMinor } = next();
    await client.$queryRawUnsafe(loopSingleSql, loopKeys[from], loopKeys[to], String(amountMinor));
  };
}

function requestOf({ from, to, amountMinor }: Move): TransferRequest {
  const [id = ''] = newIds(1);
  return {
    id,
    debitAccountId: BigInt(firstWalletId + from),
    creditAccountId: BigInt(firstWalletId + to),
    amountMinor: BigInt(amountMinor),
    kind: 'adjustment',
  };
}

/** A transfer that never has account 0 as its payer: the hot account only receives. */
function nextMove({ random, accounts }: CaseInput): Move {
  for (;;) {
    const [move] = randomMoves({ random, accounts, count: 1 });
    if (move !== undefined && move.from !== 0) return move;
  }
}

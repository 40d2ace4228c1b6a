import type Stripe from 'stripe';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import type { Tx } from '#server/platform/db.ts';
import type { PaymentDeps } from '#server/payments/flows.ts';
import { matchAgain, recordMovement, unmatchedMovements } from './reconciliation.ts';
import { missingHereMinor, missingThereMinor } from './reconciliation-queries.ts';
import type { StripeMovement } from './reconciliation-rules.ts';
import { movementOf } from '#server/payments/stripe/stripe-movement.ts';
import { callStripe } from '#server/payments/stripe/stripe-errors.ts';

/** Reading Stripe's balance and comparing it with the books. */

const pageMax = 100;
const againMax = 500;
/** A movement can become known later than others of the same time. */
const overlapMs = { usual: 15 * 60_000, whole: 7 * 86_400_000 };
const settleRounds = 3;

export interface ReconciliationReport {
  /** Movements that were not known before. */
  fresh: number;
  /** Older ones that found their fact in this run. */
  matchedLater: number;
}

/**
 * Reads every balance transaction since the last whole reading and matches it. The cursor moves when all pages are read,
 * so that a reading that broke off is done again. `whole` looks a week back, for what Stripe made known late.
 */
export async function reconcile(deps: PaymentDeps, options: { isWhole?: boolean } = {}): Promise<ReconciliationReport> {
  const { client } = deps.database;
  const cursor = await client.reconciliationCursor.findUnique({ where: { id: 1 } });
  const backMs = options.isWhole === true ? overlapMs.whole : overlapMs.usual;
  const since = cursor === null ? null : new Date(cursor.readUntil.getTime() - backMs);
  let [fresh, newest] = [0, cursor?.readUntil ?? null];
  for await (const page of movementPages(deps.stripe, since)) {
    for (const movement of await unknownOf(deps, page)) {
      await deps.database.inTransaction((tx) => recordMovement(tx, deps, movement));
      fresh += 1;
    }
    for (const { createdAt } of page) if (newest === null || createdAt > newest) newest = createdAt;
  }
  if (newest !== null) await moveCursor(deps, newest);
  let matchedLater = 0;
  for (const id of await unmatchedMovements(client, againMax)) {
    if (await deps.database.inTransaction((tx) => matchAgain(tx, deps, id))) matchedLater += 1;
  }
  return { fresh, matchedLater };
}

/** Stripe's list, the latest first, page after page, from a time on. */
async function* movementPages(stripe: Stripe, since: Date | null): AsyncGenerator<StripeMovement[], void> {
  const created = since === null ? {} : { created: { gte: Math.floor(since.getTime() / 1_000) } };
  let after: string | undefined;
  do {
    const start = after === undefined ? {} : { starting_after: after };
    const page = await callStripe(() => stripe.balanceTransactions.list({ limit: pageMax, ...created, ...start }));
    yield page.data.map(movementOf);
    after = page.has_more ? page.data.at(-1)?.id : undefined;
  } while (after !== undefined);
}

async function unknownOf(deps: PaymentDeps, page: readonly StripeMovement[]): Promise<StripeMovement[]> {
  const known = await deps.database.client.balanceTransaction.findMany({
    where: { id: { in: page.map(({ id }) => id) } },
    select: { id: true },
  });
  const ids = new Set(known.map(({ id }) => id));
  return page.filter(({ id }) => !ids.has(id));
}

/** Never back: two readings may end in any order. */
async function moveCursor(deps: PaymentDeps, readUntil: Date): Promise<void> {
  const readAt = deps.clock.now();
  await deps.database.inTransaction(async (tx: Tx) => {
    await tx.reconciliationCursor.createMany({ data: [{ id: 1, readUntil, readAt }], skipDuplicates: true });
    await tx.reconciliationCursor.updateMany({ where: { id: 1, readUntil: { lte: readUntil } }, data: { readUntil } });
    await tx.reconciliationCursor.updateMany({ where: { id: 1 }, data: { readAt } });
  });
}

export interface BalanceComparison {
  stripeMinor: bigint;
  booksMinor: bigint;
  missingHereMinor: bigint;
  missingThereMinor: bigint;
  unexplainedMinor: bigint;
}

/**
 * Compares Stripe's balance, available and pending, with what the books say Stripe owes, and keeps the result. Movements
 * that one side does not have yet explain a difference; whatever is left is for an operator. While money moves during the
 * comparison it is made again.
 */
export async function compareBalance(deps: PaymentDeps): Promise<BalanceComparison> {
  await reconcile(deps);
  for (let round = 1; ; round += 1) {
    const compared = await compareOnce(deps);
    const { fresh } = await reconcile(deps);
    const isSettled = fresh === 0 && compared.unexplainedMinor === 0n;
    if (!isSettled && round < settleRounds) continue;
    const row = { id: deps.ids.uuid(), checkedAt: deps.clock.now(), ...compared };
    await deps.database.client.stripeBalanceCheck.create({ data: row, select: { id: true } });
    return compared;
  }
}

async function compareOnce(deps: PaymentDeps): Promise<BalanceComparison> {
  const balance = await callStripe(() => deps.stripe.balance.retrieve());
  const stripeMinor = [...balance.available, ...balance.pending]
    .filter(({ currency }) => currency === 'usd')
    .reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  return await deps.database.inSnapshot(async (tx) => {
    const booksMinor = -(await accountBalance(tx, systemAccountId('stripe_balance', 'USD'))).balanceMinor;
    const [here, there] = [await missingHereMinor(tx), await missingThereMinor(tx)];
    const unexplainedMinor = stripeMinor - booksMinor - here + there;
    return { stripeMinor, booksMinor, missingHereMinor: here, missingThereMinor: there, unexplainedMinor };
  });
}

import { preparePayout } from '#server/payments/cash-outs/cash-out-flows.ts';
import { attemptsLoggedAs } from '#server/payments/attempts.ts';
import type { PaymentDeps } from '#server/payments/flows.ts';
import { payoutsFrom, type ListedPayout } from '#server/payments/stripe/stripe-connect.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { payoutMismatches, type PayoutMismatch, type TransferredCashOut } from './payout-matching-rules.ts';

const attempt = attemptsLoggedAs('the payouts of an account could not be compared');

/** Banks return what they were sent within some weeks at most. */
const daysBack = 45;
const dayMs = 86_400_000;
const accountsMax = 2_000;
const cashOutsMax = 1_000;

interface Period {
  accountId: string;
  since: Date;
}

/**
 * Compares what Stripe paid to citizens' banks with what was transferred for it, account by account, and keeps what does
 * not fit. A payout that failed after it was paid is heard here too, where no event told of it.
 */
export async function matchPayouts(deps: PaymentDeps): Promise<void> {
  const since = new Date(deps.clock.now().getTime() - daysBack * dayMs);
  const accounts = await deps.database.client.cashOut.findMany({
    where: { acceptedAt: { gte: since } },
    distinct: ['stripeAccountId'],
    orderBy: { stripeAccountId: 'asc' },
    take: accountsMax,
    select: { stripeAccountId: true },
  });
  for (const { stripeAccountId } of accounts) {
    await attempt(stripeAccountId, () => matchAccount(deps, { accountId: stripeAccountId, since }));
  }
}

async function matchAccount(deps: PaymentDeps, of: Period): Promise<void> {
  const { accountId, since } = of;
  const { client } = deps.database;
  const before = await transferred(client, { ...of, payoutIds: [] });
  const listed = await payoutsFrom(deps.stripe, { accountId, since: new Date(since.getTime() - dayMs) });
  for (const { id: payoutId } of await unheardFailures(client, listed)) {
    const effect = await preparePayout(deps, { accountId, payoutId });
    if (effect !== null) await deps.database.inTransaction(effect);
  }
  const alive = listed.filter(({ status }) => status !== 'failed');
  await deps.database.inTransaction(async (tx) => {
    const cashOuts = await transferred(tx, { ...of, payoutIds: alive.map(({ id }) => id) });
    // What was paid out after Stripe had told its list is not missing in it.
    const wasThere = (id: string) => before.some((cashOut) => cashOut.id === id && cashOut.payoutId !== null);
    const found = payoutMismatches(alive, cashOuts).filter(
      ({ state, subject }) => state !== 'missing_there' || wasThere(subject),
    );
    await keep(tx, { accountId, found, now: deps.clock.now() });
  });
}

/** Payouts that failed at Stripe and that the books take for paid, or for being on their way. */
async function unheardFailures(db: Db, listed: readonly ListedPayout[]): Promise<ListedPayout[]> {
  const failed = listed.filter(({ status }) => status === 'failed');
  const known = await db.cashOut.findMany({
    where: {
      stripePayoutId: { in: failed.map(({ id }) => id) },
      OR: [{ state: 'paid' }, { state: 'processing', step: 'bank' }],
    },
    take: cashOutsMax,
    select: { stripePayoutId: true },
  });
  const ids = new Set(known.map(({ stripePayoutId }) => stripePayoutId));
  return failed.filter(({ id }) => ids.has(id));
}

/** Cash-outs whose money is with the account or its bank: those of the period, and those that payouts name. */
async function transferred(
  db: Db,
  { accountId, since, payoutIds }: Period & { payoutIds: readonly string[] },
): Promise<TransferredCashOut[]> {
  const rows = await db.cashOut.findMany({
    where: {
      stripeAccountId: accountId,
      AND: [
        { OR: [{ acceptedAt: { gte: since } }, { stripePayoutId: { in: [...payoutIds] } }] },
        { OR: [{ state: 'paid' }, { state: { in: ['processing', 'unknown'] }, step: { in: ['payout', 'bank'] } }] },
      ],
    },
    orderBy: { id: 'desc' },
    take: cashOutsMax,
    select: { id: true, netMinor: true, stripePayoutId: true },
  });
  return rows.map(({ id, netMinor, stripePayoutId: payoutId }) => ({ id, netMinor, payoutId }));
}

/** What still does not fit keeps the time at which it was first seen; what fits by now is forgotten. */
async function keep(
  tx: Tx,
  { accountId, found, now }: { accountId: string; found: readonly PayoutMismatch[]; now: Date },
): Promise<void> {
  const subjects = found.map(({ subject }) => subject);
  await tx.payoutMismatch.deleteMany({ where: { stripeAccountId: accountId, subject: { notIn: subjects } } });
  for (const { subject, ...mismatch } of found) {
    const data = { ...mismatch, stripeAccountId: accountId };
    await tx.payoutMismatch.upsert({
      where: { subject },
      create: { subject, ...data, firstSeenAt: now },
      update: data,
      select: { subject: true },
    });
  }
}

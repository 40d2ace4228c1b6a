import { trustStanding } from '#server/citizens/trust.ts';
import { findAccount, openAccount } from '#server/ledger/accounts.ts';
import { lookupAccounts } from '#server/ledger/lookups.ts';
import type { Db, Prisma, Tx } from '#server/platform/db.ts';
import type { DucatHolder } from './refund-bookings.ts';
import { unspentNow, type Unspent } from './refund-lots.ts';
import { leftOf, paidPartColumns, sumOfParts, type PaidParts } from './refund-rules.ts';
import { countedRefundStates } from './refund-schema.ts';
import { holdUntil, needsReview } from '#server/payments/rules.ts';
import { lockTopUp, type LockedTopUp, type WriteDeps } from '#server/payments/service.ts';

/** Rows of refunds, and the accounts they move ducats on. Whoever changes one has locked its top-up. */

const refundColumns = {
  id: true,
  topUpId: true,
  citizenId: true,
  inputHash: true,
  origin: true,
  reason: true,
  state: true,
  ...paidPartColumns,
  baseTakenMinor: true,
  bonusTakenMinor: true,
  debtMinor: true,
  bonusDebtMinor: true,
  stripeRefundId: true,
  requestedBy: true,
  createdAt: true,
  bookedAt: true,
} satisfies Prisma.RefundSelect;

export type RefundRow = Prisma.RefundGetPayload<{ select: typeof refundColumns }>;

/** The refund and its top-up as they are once nobody else changes them. */
export async function lockRefund(tx: Tx, id: string): Promise<{ refund: RefundRow; topUp: LockedTopUp }> {
  const { topUpId } = await tx.refund.findUniqueOrThrow({ where: { id }, select: { topUpId: true } });
  const topUp = await lockTopUp(tx, topUpId);
  return { refund: await tx.refund.findUniqueOrThrow({ where: { id }, select: refundColumns }), topUp };
}

/** The refund that a key of this top-up stands for. */
export function refundByKey(tx: Tx, key: { topUpId: string; key: string }): Promise<RefundRow | null> {
  return tx.refund.findUnique({ where: { topUpId_key: key }, select: refundColumns });
}

/** What of a top-up is refunded or under way. */
export async function refundedParts(db: Db, topUpId: string): Promise<PaidParts> {
  const rows = await db.refund.findMany({
    where: { topUpId, state: { in: [...countedRefundStates] } },
    select: paidPartColumns,
  });
  return sumOfParts(rows);
}

/** What of a top-up still waits in suspense: neither refunded nor taken by a dispute. Call with its row locked. */
export async function waitingOf(
  db: Db,
  topUp: PaidParts & Pick<LockedTopUp, 'id' | 'state'>,
): Promise<{ baseMinor: bigint; bonusMinor: bigint }> {
  if (topUp.state !== 'waiting') return { baseMinor: 0n, bonusMinor: 0n };
  return withoutDisputed(db, topUp.id, leftOf(topUp, await refundedParts(db, topUp.id)));
}

/** Takes off what disputes took out of suspense, and did not give back. */
async function withoutDisputed(
  db: Db,
  topUpId: string,
  left: { baseMinor: bigint; bonusMinor: bigint },
): Promise<{ baseMinor: bigint; bonusMinor: bigint }> {
  const rows = await db.ducatTaking.findMany({
    where: { step: { in: ['waiting', 'waiting_bonus'] }, dispute: { topUpId } },
    select: { step: true, amountMinor: true, returnedMinor: true },
  });
  const taken = (step: string) =>
    rows.reduce((sum, row) => (row.step === step ? sum + row.amountMinor - row.returnedMinor : sum), 0n);
  const remaining = (leftMinor: bigint, takenMinor: bigint) => (leftMinor > takenMinor ? leftMinor - takenMinor : 0n);
  return {
    baseMinor: remaining(left.baseMinor, taken('waiting')),
    bonusMinor: remaining(left.bonusMinor, taken('waiting_bonus')),
  };
}

/** A top-up of which nothing waits any more never comes into the wallet. */
export async function endWaitOfNothing(tx: Tx, topUp: PaidParts & Pick<LockedTopUp, 'id' | 'state'>): Promise<void> {
  if (topUp.state !== 'waiting' || (await waitingOf(tx, topUp)).baseMinor > 0n) return;
  const data = { state: 'returned', waitReason: null };
  await tx.topUp.update({ where: { id: topUp.id }, data, select: { id: true } });
}

/** Ducats of it come back: it waits as before, and for whatever it waited for. */
export async function waitAgain(tx: Tx, topUp: Pick<LockedTopUp, 'id' | 'state' | 'riskLevel'>): Promise<void> {
  if (topUp.state !== 'returned') return;
  const data = { state: 'waiting', waitReason: needsReview(topUp.riskLevel) ? 'review' : 'limits' };
  await tx.topUp.update({ where: { id: topUp.id }, data, select: { id: true } });
}

/** Until when ducats that come back are held: as long as before, and those that wait as long as others bought now. */
export async function holdOf(tx: Tx, deps: WriteDeps, topUp: LockedTopUp): Promise<Date | null> {
  const { id, citizenId, riskLevel } = topUp;
  const row = await tx.topUp.findUniqueOrThrow({ where: { id }, select: { state: true, holdUntil: true } });
  if (row.state === 'credited') return row.holdUntil;
  const now = deps.clock.now();
  const { limits } = await trustStanding(tx, { citizenId, now });
  return holdUntil(now, { holdBoughtDays: limits.holdBoughtDays, riskLevel });
}

/** Where the ducats of a paid top-up are. */
export async function holderOf(tx: Tx, topUp: Pick<LockedTopUp, 'state' | 'citizenId'>): Promise<DucatHolder> {
  if (topUp.state !== 'credited') return 'suspense';
  return { walletAccountId: await openAccount(tx, { owner: topUp.citizenId, kind: 'wallet', asset: 'DUCAT' }) };
}

/** The account in which a refund's ducats wait. */
export function escrowOf(tx: Tx, refundId: string): Promise<bigint> {
  return openAccount(tx, { owner: refundId, kind: 'escrow', asset: 'DUCAT' });
}

/** The account of what the buyer owes; null where this refund makes no debt. */
export async function receivableOf(
  tx: Tx,
  refund: Pick<RefundRow, 'citizenId' | 'debtMinor' | 'bonusDebtMinor'>,
): Promise<bigint | null> {
  if (refund.debtMinor + refund.bonusDebtMinor === 0n) return null;
  return openAccount(tx, { owner: refund.citizenId, kind: 'receivable', asset: 'USD' });
}

/** What of a payment's ducats may be taken, and the wallet's version for which that holds; null for suspense. */
export interface TakeableDucats extends Unspent {
  version: bigint | null;
}

/** All that is left of a payment in suspense, else what is unspent in the wallet. Refuses `provenance_behind`. */
export async function takeableOf(
  tx: Tx,
  payment: { topUpId: string; holder: DucatHolder; left: PaidParts; at: Date },
): Promise<TakeableDucats> {
  const { topUpId, holder, left, at } = payment;
  if (holder === 'suspense') return { ...(await withoutDisputed(tx, topUpId, left)), version: null };
  return await unspentNow(tx, { accountId: holder.walletAccountId, topUpId, at });
}

/** Whether nothing can be taken out of a wallet at this moment. */
export async function isFrozen(db: Db, holder: DucatHolder): Promise<boolean> {
  if (holder === 'suspense') return false;
  const [account] = await lookupAccounts(db, [holder.walletAccountId]);
  return account?.isFrozen === true || account?.isClosed === true;
}

export async function walletAccountOf(db: Db, citizenId: string): Promise<bigint | null> {
  return findAccount(db, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
}

import { findAccount, openAccount } from '#server/ledger/accounts.ts';
import { lookupAccounts } from '#server/ledger/lookups.ts';
import type { Db, Prisma, Tx } from '#server/platform/db.ts';
import type { DucatHolder } from './refund-bookings.ts';
import { unspentNow, type Unspent } from './refund-lots.ts';
import { paidPartColumns, sumOfParts, type PaidParts } from './refund-rules.ts';
import { countedRefundStates } from './refund-schema.ts';
import { lockTopUp, type LockedTopUp } from '#server/payments/service.ts';

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
  if (holder === 'suspense') return { baseMinor: left.baseMinor, bonusMinor: left.bonusMinor, version: null };
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

import { notify } from '#server/citizens/notifications.ts';
import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { trustStanding } from '#server/citizens/trust.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { toDecimal } from '#server/money/money.ts';
import type { Tx } from '#server/platform/db.ts';
import { emit } from '#server/platform/outbox.ts';
import { noteLotFacts } from '#server/provenance/notes.ts';
import { lockDebts } from './debts.ts';
import {
  debtReturnTransfers,
  giveBackTransfers,
  repaidInDucatsTransfers,
  repaidTransfers,
  returnTransfers,
  waivedTransfers,
  type DisputeIdentity,
} from './dispute-bookings.ts';
import { centesimiPerCent, least } from './dispute-rules.ts';
import { receivableOf } from './disputed-lots.ts';
import { lockDispute, type LockedDispute } from './disputes.ts';
import { holdUntil } from '#server/payments/rules.ts';
import type { WriteDeps } from '#server/payments/service.ts';
import { expectAtStripe } from '#server/payments/stripe/stripe-facts.ts';
import { withThawed } from './thaw.ts';
import { chargeOf } from '#server/payments/top-up-lots.ts';
import { giveBackWaiting, lockWaiting } from './waiting-ducats.ts';

/**
 * A dispute was won: reverses exactly what opening it booked. Everybody has the very ducats again that were taken from
 * them; what a seller was given back meanwhile stays with them, and what the buyer repaid goes to the buyer's wallet. What
 * was written off is owed no more either. `refundedFeeMinor` is what Stripe gives back of its fee, in cents.
 */
export async function bookWin(
  tx: Tx,
  deps: WriteDeps,
  win: { disputeId: string; refundedFeeMinor: bigint },
): Promise<void> {
  const { disputeId, refundedFeeMinor } = win;
  const dispute = await lockDispute(tx, disputeId);
  if (dispute.state !== 'withdrawn' && dispute.state !== 'lost') return;
  const { citizenId, amountMinor, feeMinor, taxMinor, lossMinor } = dispute;
  await lockWaiting(tx, dispute.topUpId);
  await lockDebts(tx, citizenId);
  const now = deps.clock.now();
  const identity = { disputeId, citizenId, openedAt: dispute.openedAt, secret: deps.secret };
  const chargedMinor = least(refundedFeeMinor, dispute.disputeFeeMinor);
  const dollars = returnTransfers(identity, { amountMinor, feeMinor, taxMinor, lossMinor, chargedMinor });
  const debts = await undoDebts(tx, { dispute, identity, now });
  const ducats = await giveBack(tx, deps, { dispute, identity });
  await tx.dispute.update({ where: { id: disputeId }, data: { state: 'won', closedAt: now }, select: { id: true } });
  const event = { citizenId, kind: 'chargeback_settled', reference: dispute.trustReference } as const;
  await noteTrustEvent(tx, { ...event, occurredAt: now, ids: deps.ids });
  const fact = { type: 'adjustment', sourceId: dispute.stripeDisputeId, amountMinor, feeMinor: -chargedMinor } as const;
  await expectAtStripe(tx, deps, { ...fact, transfers: dollars, kind: 'dispute_returned' });
  await notify(tx, deps, { citizenId, kind: 'dispute_won', details: {} });
  const transfers = [...dollars, ...debts, ...ducats];
  const wallets = ducats.map(({ creditAccountId }) => creditAccountId);
  await withThawed(tx, wallets, () => postLinked(tx, transfers, { source: 'external' }));
  await emit(tx, deps, { type: 'dispute.won', subject: disputeId, payload: { citizenId } });
}

interface Undone {
  dispute: LockedDispute;
  identity: DisputeIdentity;
}

/** What is still owed is owed no more, and what was repaid to the house is owed to the buyer in ducats. */
async function undoDebts(tx: Tx, { dispute, identity, now }: Undone & { now: Date }): Promise<TransferRequest[]> {
  const debts = await tx.debt.findMany({
    where: { reference: dispute.id, cause: { in: ['clawback', 'dispute', 'dispute_fee'] } },
    select: { id: true, cause: true, amountMinor: true, repaidMinor: true, writtenOffMinor: true },
  });
  const of = (cause: string) => {
    const nothing = { amountMinor: 0n, repaidMinor: 0n, writtenOffMinor: 0n };
    return debts.find((debt) => debt.cause === cause) ?? nothing;
  };
  const [earned, loss, charged] = [of('clawback'), of('dispute'), of('dispute_fee')];
  await tx.debt.updateMany({ where: { id: { in: debts.map(({ id }) => id) } }, data: { cancelledAt: now } });
  const receivableAccountId = await receivableOf(tx, dispute.citizenId);
  return [
    ...debtReturnTransfers(identity, {
      receivableAccountId,
      earnedMinor: earned.amountMinor - earned.repaidMinor - earned.writtenOffMinor,
      lossMinor: loss.amountMinor - loss.writtenOffMinor,
      chargedMinor: charged.amountMinor - charged.writtenOffMinor,
    }),
    ...repaidTransfers(identity, { receivableAccountId, amountMinor: loss.repaidMinor + charged.repaidMinor }),
    ...waivedTransfers(identity, charged.writtenOffMinor),
  ];
}

/** Ducats back to everybody: what was taken and not given back yet, and what the buyer repaid. */
async function giveBack(tx: Tx, deps: WriteDeps, undone: Undone): Promise<TransferRequest[]> {
  const { dispute, identity } = undone;
  const taken = await tx.ducatTaking.findMany({
    where: { disputeId: dispute.id, step: { notIn: ['waiting', 'waiting_bonus'] } },
    orderBy: { position: 'asc' },
    select: takingColumns,
  });
  const transfers: TransferRequest[] = [];
  for (const taking of taken) {
    const leftMinor = taking.amountMinor - taking.returnedMinor;
    transfers.push(...(await giveBackTaking(tx, identity, { ...taking, leftMinor })));
    if (leftMinor === 0n) continue;
    const told = { citizenId: taking.citizenId, details: { amount: toDecimal(leftMinor) } };
    if (taking.step === 'earned') await notify(tx, deps, { ...told, kind: 'earning_given_back' });
    if (taking.step === 'sent') await notify(tx, deps, { ...told, kind: 'sent_given_back' });
  }
  transfers.push(...(await giveBackWaiting(tx, deps, { topUpId: dispute.topUpId, identity })));
  return [...transfers, ...(await giveBackRepayments(tx, deps, undone))];
}

const takingColumns = {
  transferId: true,
  accountId: true,
  citizenId: true,
  step: true,
  amountMinor: true,
  returnedMinor: true,
} as const;

/** Gives a part of what one transfer took back, and notes that it did. */
export async function giveBackTaking(
  tx: Tx,
  identity: DisputeIdentity,
  taking: { transferId: string; accountId: bigint; step: string; leftMinor: bigint },
): Promise<TransferRequest[]> {
  const { transferId, accountId: walletAccountId, step, leftMinor: amountMinor } = taking;
  if (amountMinor === 0n) return [];
  await tx.ducatTaking.update({
    where: { transferId },
    data: { returnedMinor: { increment: amountMinor } },
    select: { transferId: true },
  });
  return giveBackTransfers(identity, { transferId, walletAccountId, amountMinor, isBonus: step === 'bonus' });
}

/** What was repaid in ducats comes back as these very ducats; what was repaid by card as ducats that were bought. */
async function giveBackRepayments(tx: Tx, deps: WriteDeps, { dispute, identity }: Undone): Promise<TransferRequest[]> {
  const parts = await tx.debtRepaymentPart.findMany({
    where: { debt: { reference: dispute.id, cause: { in: ['clawback', 'dispute', 'dispute_fee'] } } },
    orderBy: [{ repaymentId: 'asc' }, { debtId: 'asc' }],
    select: { repaymentId: true, amountMinor: true },
  });
  const transfers: TransferRequest[] = [];
  let boughtMinor = 0n;
  for (const [repaymentId, amountMinor] of sums(parts)) {
    let leftMinor = amountMinor * centesimiPerCent;
    const takings = await tx.ducatTaking.findMany({
      where: { repaymentId },
      orderBy: { position: 'desc' },
      select: takingColumns,
    });
    for (const taking of takings) {
      const part = least(leftMinor, taking.amountMinor - taking.returnedMinor);
      leftMinor -= part;
      transfers.push(...(await giveBackTaking(tx, identity, { ...taking, leftMinor: part })));
    }
    boughtMinor += leftMinor;
  }
  return [...transfers, ...(await giveBackDollars(tx, deps, { dispute, identity, boughtMinor }))];
}

function sums(parts: readonly { repaymentId: string; amountMinor: bigint }[]): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const { repaymentId, amountMinor } of parts) {
    found.set(repaymentId, (found.get(repaymentId) ?? 0n) + amountMinor);
  }
  return found;
}

async function giveBackDollars(
  tx: Tx,
  deps: WriteDeps,
  { dispute, identity, boughtMinor }: Undone & { boughtMinor: bigint },
): Promise<TransferRequest[]> {
  if (boughtMinor === 0n) return [];
  const { citizenId } = dispute;
  const now = deps.clock.now();
  const walletAccountId = await openAccount(tx, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
  const transfers = repaidInDucatsTransfers(identity, { walletAccountId, amountMinor: boughtMinor });
  const { limits } = await trustStanding(tx, { citizenId, now });
  const facts = {
    kind: 'bought' as const,
    source: chargeOf(dispute.topUpId ?? dispute.id),
    holdUntil: holdUntil(now, { holdBoughtDays: limits.holdBoughtDays, riskLevel: null }),
    expiresAt: null,
  };
  const given = transfers.filter(({ kind }) => kind !== 'mint');
  await noteLotFacts(
    tx,
    given.map(({ id: transferId }) => ({ transferId, ...facts })),
  );
  return transfers;
}

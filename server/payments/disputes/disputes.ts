import { notify } from '#server/citizens/notifications.ts';
import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Db, Prisma, Tx } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';
import { refundedParts } from '#server/payments/refunds/refund-rows.ts';
import { disputedParts, type ChargeParts, type DisputedParts } from './dispute-rules.ts';
import type { WriteDeps } from '#server/payments/service.ts';

/** Writes to `dispute`: what Stripe says of one, and whose it is. What it does to the books is in the files beside it. */

/** What Stripe says of a dispute, from the object fetched fresh. */
export interface DisputeFacts {
  stripeDisputeId: string;
  chargeId: string;
  amountMinor: bigint;
  currency: string;
  reason: string;
  /** As Stripe names it. */
  status: string;
  evidenceDueAt: Date | null;
}

/** What the disputed charge paid for. */
export interface DisputedPayment extends ChargeParts {
  citizenId: string;
  topUpId: string | null;
  debtPaymentId: string | null;
  subscriptionInvoiceId: string | null;
}

/** What only a top-up has. */
const nothingWith = { feeMinor: 0n, bonusMinor: 0n };
const nothingElse = { topUpId: null, debtPaymentId: null, subscriptionInvoiceId: null };

/** What a charge paid for, as far as it is booked; null for charges of no top-up, debt or subscription. */
export async function paymentOfCharge(db: Db, chargeId: string): Promise<DisputedPayment | null> {
  const topUp = await db.topUp.findUnique({
    where: { stripeChargeId: chargeId },
    select: { id: true, citizenId: true, priceMinor: true, feeMinor: true, taxMinor: true, bonusMinor: true },
  });
  if (topUp !== null) {
    const { id: topUpId, ...payment } = topUp;
    return { ...nothingElse, ...payment, topUpId };
  }
  const debt = await db.debtPayment.findUnique({
    where: { stripeChargeId: chargeId },
    select: { id: true, citizenId: true, amountMinor: true },
  });
  if (debt !== null) {
    const { id: debtPaymentId, citizenId, amountMinor: priceMinor } = debt;
    return { ...nothingElse, ...nothingWith, citizenId, priceMinor, taxMinor: 0n, debtPaymentId };
  }
  const invoice = await db.subscriptionInvoice.findUnique({
    where: { stripeChargeId: chargeId },
    select: { id: true, amountMinor: true, taxMinor: true, subscription: { select: { citizenId: true } } },
  });
  if (invoice === null) return null;
  const { id: subscriptionInvoiceId, amountMinor, taxMinor, subscription } = invoice;
  const parts = { priceMinor: amountMinor - taxMinor, taxMinor };
  return { ...nothingElse, ...nothingWith, ...parts, citizenId: subscription.citizenId, subscriptionInvoiceId };
}

/** Stripe's statuses in which the bank asks and nothing was taken. */
export function isInquiry(status: string): boolean {
  return status.startsWith('warning_');
}

/**
 * Keeps what Stripe says of a dispute, and from the moment on that it takes dollars the buyer's chargeback, by which their
 * wallet is frozen. Doing it again, also in another order, keeps what is known: a dispute that is decided stays decided.
 */
export async function recordDispute(
  tx: Tx,
  deps: WriteDeps,
  dispute: { facts: DisputeFacts; payment: DisputedPayment },
): Promise<LockedDispute> {
  const { facts } = dispute;
  invariant(facts.currency === 'usd', 'Stripe settles in US dollars');
  await lockName(tx, `dispute:${facts.chargeId}`);
  const found = await tx.dispute.findUnique({
    where: { stripeDisputeId: facts.stripeDisputeId },
    select: { id: true },
  });
  if (found === null) return insertDispute(tx, deps, dispute);
  const known = await lockDispute(tx, found.id);
  const state = known.state === 'inquiry' ? stateOf(facts.status) : known.state;
  const isOpening = state !== known.state && state === 'opened';
  const { status, evidenceDueAt } = facts;
  // Parts of the payment may have been refunded while the bank only asked.
  const parts = isOpening ? await partsNow(tx, { ...dispute, amountMinor: known.amountMinor }) : {};
  const data = { status, evidenceDueAt, state, ...parts };
  await tx.dispute.update({ where: { id: known.id }, data, select: { id: true } });
  if (isOpening) await noteChargeback(tx, deps, known);
  return { ...known, ...parts, state };
}

/** Splits what is disputed now: of the payment's fee and tax no more than what did not go back before. */
async function partsNow(
  tx: Tx,
  { facts, payment, amountMinor }: { facts: DisputeFacts; payment: DisputedPayment; amountMinor: bigint },
): Promise<DisputedParts> {
  const { topUpId, subscriptionInvoiceId: id } = payment;
  const refunded = topUpId === null ? { feeMinor: 0n, taxMinor: 0n } : await refundedParts(tx, topUpId);
  const invoice =
    id === null ? null : await tx.subscriptionInvoice.findUnique({ where: { id }, select: { refundedTaxMinor: true } });
  const { _sum: others } = await tx.dispute.aggregate({
    where: { stripeChargeId: facts.chargeId, state: { in: ['opened', 'withdrawn', 'lost'] } },
    _sum: { feeMinor: true, taxMinor: true },
  });
  return disputedParts(amountMinor, payment, {
    feeMinor: refunded.feeMinor + (others.feeMinor ?? 0n),
    taxMinor: refunded.taxMinor + (invoice?.refundedTaxMinor ?? 0n) + (others.taxMinor ?? 0n),
  });
}

function stateOf(status: string): 'inquiry' | 'opened' | 'closed' {
  if (status === 'warning_closed') return 'closed';
  return isInquiry(status) ? 'inquiry' : 'opened';
}

async function insertDispute(
  tx: Tx,
  deps: WriteDeps,
  { facts, payment }: { facts: DisputeFacts; payment: DisputedPayment },
): Promise<LockedDispute> {
  const { stripeDisputeId, chargeId, amountMinor, reason, status, evidenceDueAt } = facts;
  const { citizenId, topUpId, debtPaymentId, subscriptionInvoiceId } = payment;
  const [id, openedAt, state] = [deps.ids.uuid(), deps.clock.now(), stateOf(status)];
  const earlier = await tx.dispute.count({ where: { stripeChargeId: chargeId } });
  // A second dispute of one charge is a chargeback of its own.
  const trustReference = earlier === 0 ? (topUpId ?? id) : id;
  const created = await tx.dispute.create({
    data: {
      ...{ id, stripeDisputeId, stripeChargeId: chargeId, citizenId, amountMinor },
      ...{ topUpId, debtPaymentId, subscriptionInvoiceId },
      ...(await partsNow(tx, { facts, payment, amountMinor })),
      ...{ reason, status, state, trustReference, evidenceDueAt, openedAt },
    },
    select: lockedColumns,
  });
  if (state === 'opened') await noteChargeback(tx, deps, created);
  const payload = { citizenId, amountMinor: String(amountMinor), reason };
  await emit(tx, deps, { type: `dispute.${state}`, subject: id, payload });
  return created;
}

async function noteChargeback(tx: Tx, deps: WriteDeps, dispute: LockedDispute): Promise<void> {
  const { citizenId, trustReference: reference } = dispute;
  await notify(tx, deps, { citizenId, kind: 'charge_disputed', details: {} });
  await noteTrustEvent(tx, { citizenId, kind: 'chargeback', reference, occurredAt: deps.clock.now(), ids: deps.ids });
}

/** What deciding about a dispute needs to know of it. */
const lockedColumns = {
  id: true,
  stripeDisputeId: true,
  citizenId: true,
  topUpId: true,
  amountMinor: true,
  priceMinor: true,
  feeMinor: true,
  taxMinor: true,
  baseMinor: true,
  bonusMinor: true,
  lossMinor: true,
  earnedMinor: true,
  disputeFeeMinor: true,
  status: true,
  state: true,
  trustReference: true,
  openedAt: true,
} satisfies Prisma.DisputeSelect;

export type LockedDispute = Prisma.DisputeGetPayload<{ select: typeof lockedColumns }>;

/** The row, locked until the transaction ends: whoever comes second sees what the first did. */
export async function lockDispute(tx: Tx, id: string): Promise<LockedDispute> {
  await tx.$queryRaw`SELECT id::text FROM dispute WHERE id = ${id}::uuid FOR UPDATE`;
  return tx.dispute.findUniqueOrThrow({ where: { id }, select: lockedColumns });
}

/** Notes an order that was cancelled for a dispute, with what its escrow held of the charge. */
export async function noteCancelledOrder(
  tx: Tx,
  deps: WriteDeps,
  order: { disputeId: string; orderId: string; ducatsMinor: bigint },
): Promise<void> {
  await tx.disputeOrder.createMany({ data: [{ ...order, cancelledAt: deps.clock.now() }], skipDuplicates: true });
}

/** A dispute that was lost, or an inquiry that ended: nothing more moves. */
export async function closeDispute(tx: Tx, deps: WriteDeps, disputeId: string): Promise<void> {
  const dispute = await lockDispute(tx, disputeId);
  const state = dispute.state === 'withdrawn' ? 'lost' : dispute.state === 'inquiry' ? 'closed' : null;
  if (state === null) return;
  await tx.dispute.update({
    where: { id: disputeId },
    data: { state, closedAt: deps.clock.now() },
    select: { id: true },
  });
  await emit(tx, deps, { type: `dispute.${state}`, subject: disputeId, payload: { citizenId: dispute.citizenId } });
}

import type Stripe from 'stripe';
import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import {
  closeDispute,
  lockDispute,
  noteCancelledOrder,
  paymentOfCharge,
  recordDispute,
  type DisputeFacts,
} from './disputes.ts';
import type { DisputedOrders } from './disputed-orders.ts';
import { locateCharge, walletIdOf } from './disputed-lots.ts';
import { bookWin } from './dispute-returns.ts';
import { bookWithdrawal } from './dispute-withdrawals.ts';
import { bookDebtPaymentOf } from './debt-flows.ts';
import type { Effect, PaymentDeps } from '#server/payments/flows.ts';
import { bookInvoiceOf } from '#server/payments/subscriptions/invoice-flows.ts';
import { paidTopUpOf, prepareChargeRefunds, sendUnsentRefunds } from '#server/payments/refunds/refund-flows.ts';
import { topUpByCharge } from '#server/payments/refunds/refund-queries.ts';
import { repeated } from '#server/payments/repeated.ts';
import { callStripe } from '#server/payments/stripe/stripe-errors.ts';
import { chargeOf } from '#server/payments/top-up-lots.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';

export interface DisputeDeps extends PaymentDeps {
  disputedOrders: DisputedOrders;
}

/** What Stripe did to the balance for a dispute. */
export interface DisputeMoney {
  /** Its fee for the dispute in cents; null while Stripe has not made the balance transaction. */
  chargedMinor: bigint | null;
  /** What it gave back of that fee, once it gave the dollars back; null before. */
  refundedFeeMinor: bigint | null;
}

/** What Stripe charges for a dispute where its balance transaction is not known yet. An operator setting's default. */
export const disputeFeeMinor = 1_500n;

/**
 * Fetches a dispute fresh and brings the books to where Stripe says it is, whichever event told of it and in whichever
 * order: a payment and refunds of which no event came yet are booked first. Null for disputes of charges that are none of ours.
 */
export async function prepareDispute(deps: DisputeDeps, stripeDisputeId: string): Promise<Effect | null> {
  const dispute = await callStripe(() => deps.stripe.disputes.retrieve(stripeDisputeId));
  const facts = factsOf(dispute);
  if ((await paymentOfCharge(deps.database.client, facts.chargeId)) === null) await bookPayment(deps, facts.chargeId);
  await endRefunds(deps, facts.chargeId);
  const isOurs = await settleDispute(deps, { facts, money: moneyOf(dispute) });
  // Every step is a transaction of its own and is not done twice, so nothing is left for the event's own.
  return isOurs ? () => Promise.resolve() : null;
}

/**
 * Refunds that Stripe made before, and of which no event came yet: what they gave back is not disputed. Those that it was
 * not asked for yet end now, so that their ducats are where they can be taken.
 */
async function endRefunds(deps: DisputeDeps, chargeId: string): Promise<void> {
  const topUpId = await topUpByCharge(deps.database.client, chargeId);
  if (topUpId === null) return;
  await prepareChargeRefunds(deps, chargeId);
  await sendUnsentRefunds(deps, topUpId);
}

async function bookPayment(deps: DisputeDeps, chargeId: string): Promise<void> {
  if ((await paidTopUpOf(deps, chargeId)) !== null) return;
  const charge = await callStripe(() => deps.stripe.charges.retrieve(chargeId));
  if (await bookDebtPaymentOf(deps, charge)) return;
  await bookInvoiceOf(deps, charge);
}

function factsOf(dispute: Stripe.Dispute): DisputeFacts {
  const dueBy = dispute.evidence_details.due_by;
  return {
    stripeDisputeId: dispute.id,
    chargeId: typeof dispute.charge === 'string' ? dispute.charge : dispute.charge.id,
    amountMinor: BigInt(dispute.amount),
    currency: dispute.currency,
    reason: dispute.reason,
    status: dispute.status,
    evidenceDueAt: dueBy === null ? null : new Date(dueBy * 1_000),
  };
}

function moneyOf(dispute: Stripe.Dispute): DisputeMoney {
  const withdrawn = dispute.balance_transactions.find(({ amount }) => amount < 0);
  const returned = dispute.balance_transactions.find(({ amount }) => amount > 0);
  return {
    chargedMinor: withdrawn === undefined ? null : BigInt(withdrawn.fee),
    refundedFeeMinor: returned === undefined ? null : returned.fee < 0 ? BigInt(-returned.fee) : 0n,
  };
}

/**
 * The steps of a dispute, each in its own transaction and done once: keep it, freeze the buyer's wallet, cancel their open
 * orders that the charge paid, book what Stripe took, book how it ended. A crash between any two is made good by the next
 * call. False for a charge that is none of ours.
 */
export async function settleDispute(
  deps: DisputeDeps,
  dispute: { facts: DisputeFacts; money: DisputeMoney },
): Promise<boolean> {
  const { facts, money } = dispute;
  const payment = await paymentOfCharge(deps.database.client, facts.chargeId);
  if (payment === null) return false;
  const { citizenId } = payment;
  const { id: disputeId, state } = await deps.database.inTransaction((tx) =>
    recordDispute(tx, deps, { facts, payment }),
  );
  if (state === 'opened') {
    await refreshTrustOf(deps, { citizenId, enforce: enforceStanding });
    await cancelOrders(deps, disputeId);
    const chargedMinor = money.chargedMinor ?? disputeFeeMinor;
    await repeated(() => deps.database.inTransaction((tx) => bookWithdrawal(tx, deps, { disputeId, chargedMinor })));
  }
  const { refundedFeeMinor } = money;
  if (facts.status === 'won' && refundedFeeMinor !== null) {
    await repeated(() => deps.database.inTransaction((tx) => bookWin(tx, deps, { disputeId, refundedFeeMinor })));
    await refreshTrustOf(deps, { citizenId, enforce: enforceStanding });
  }
  if (facts.status === 'lost' || facts.status === 'warning_closed') {
    await deps.database.inTransaction((tx) => closeDispute(tx, deps, disputeId));
  }
  return true;
}

const ordersMax = 1_000;

/** Cancels the buyer's open orders that the charge paid, the latest first, until what is disputed is covered. */
async function cancelOrders(deps: DisputeDeps, disputeId: string): Promise<void> {
  const { database, clock, ids, secret } = deps;
  const tried = new Set<string>();
  while (tried.size < ordersMax) {
    const next = await database.inTransaction((tx) => nextOrder(tx, { disputeId, tried }));
    if (next === null) return;
    tried.add(next.orderId);
    await database.inTransaction(async (tx) => {
      await lockDispute(tx, disputeId);
      await noteCancelledOrder(tx, deps, { disputeId, ...next });
      const { orderId } = next;
      const isCancelled = await deps.disputedOrders.cancel(tx, { orderId, clock, ids, secret });
      if (!isCancelled) await tx.disputeOrder.deleteMany({ where: { disputeId, orderId } });
    });
  }
}

/** The next escrow to open, by the id of its owner; null when enough of the charge is in the buyer's hands. */
async function nextOrder(
  tx: Parameters<Effect>[0],
  { disputeId, tried }: { disputeId: string; tried: ReadonlySet<string> },
): Promise<{ orderId: string; ducatsMinor: bigint } | null> {
  const dispute = await lockDispute(tx, disputeId);
  if (dispute.state !== 'opened' || dispute.topUpId === null) return null;
  const walletId = await walletIdOf(tx, dispute.citizenId);
  const { shares } = await locateCharge(tx, { charge: chargeOf(dispute.topUpId), walletId });
  const direct = shares.filter(({ isDirect, kind }) => isDirect && kind === 'bought');
  const escrows = direct.filter(({ accountKind, owner }) => accountKind === 'escrow' && !tried.has(owner));
  const cancelled = await tx.disputeOrder.aggregate({ where: { disputeId }, _sum: { ducatsMinor: true } });
  if ((cancelled._sum.ducatsMinor ?? 0n) >= dispute.baseMinor) return null;
  const [latest] = escrows.sort((left, right) => (left.owner < right.owner ? 1 : -1));
  if (latest === undefined) return null;
  const ducatsMinor = sum(
    direct.filter(({ owner, accountKind }) => owner === latest.owner && accountKind === 'escrow'),
  );
  return { orderId: latest.owner, ducatsMinor };
}

function sum(shares: readonly { amountMinor: bigint }[]): bigint {
  return shares.reduce((total, { amountMinor }) => total + amountMinor, 0n);
}

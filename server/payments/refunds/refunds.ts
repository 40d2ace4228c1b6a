import { notify } from '#server/citizens/notifications.ts';
import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { formatAmount } from '#server/money/money.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { emit } from '#server/platform/outbox.ts';
import { addDebt, cancelDebt, type UndoneDebt } from '#server/payments/disputes/debts.ts';
import { ducatReturns, failedTransfers, paidTransfers, releaseTransfers, undoneTransfers } from './refund-bookings.ts';
import { noteRefundReturns, noteRefundTakes } from './refund-lots.ts';
import {
  endWaitOfNothing,
  escrowOf,
  holderOf,
  holdOf,
  lockRefund,
  receivableOf,
  refundedParts,
  waitAgain,
  type RefundRow,
} from './refund-rows.ts';
import { leftOf } from './refund-rules.ts';
import { nextRefundStep, type StripeRefundFacts } from './refund-steps.ts';
import type { RefundState } from './refund-schema.ts';
import type { LockedTopUp, WriteDeps } from '#server/payments/service.ts';
import { expectAtStripe } from '#server/payments/stripe/stripe-facts.ts';

/** What becomes of a refund: each call brings the books one step nearer to what Stripe says of it. */

interface Step {
  refund: RefundRow;
  topUp: LockedTopUp;
  facts: StripeRefundFacts;
}

/**
 * Books the next thing that Stripe says of a refund: that it has taken the dollars, that it is done, or that they came
 * back. Says whether there was one. Refuses `refund_amount_mismatch` when Stripe refunded another amount.
 */
export async function recordRefund(
  tx: Tx,
  deps: WriteDeps,
  { refundId, facts }: { refundId: string; facts: StripeRefundFacts },
): Promise<boolean> {
  const { refund, topUp } = await lockRefund(tx, refundId);
  if (facts.totalMinor !== refund.totalMinor) throw amountMismatch();
  const step = { refund, topUp, facts };
  switch (nextRefundStep(refund, facts)) {
    case null:
      return false;
    case 'note':
      await tx.refund.update({ where: { id: refund.id }, data: { stripeRefundId: facts.id, state: 'sent' } });
      return true;
    case 'settle':
      await tx.refund.update({ where: { id: refund.id }, data: { state: 'succeeded', settledAt: deps.clock.now() } });
      return true;
    case 'book':
      await bookPaid(tx, deps, { ...step, held: [] });
      return true;
    case 'release':
      await giveBack(tx, deps, { refund, topUp, failureCode: facts.failureCode, stripeRefundId: facts.id });
      return true;
    case 'reverse':
      await bookFailed(tx, deps, step);
      return true;
  }
}

/**
 * Whether a refund at Stripe is this one of ours: known to be, or not known and still asked for. Another one that bears the
 * same mark is not, and nobody makes it so until the transaction ends.
 */
export async function isRecordedAs(
  tx: Tx,
  { refundId, facts }: { refundId: string; facts: Pick<StripeRefundFacts, 'id'> },
): Promise<boolean> {
  const { stripeRefundId, state } = (await lockRefund(tx, refundId)).refund;
  return stripeRefundId === facts.id || (stripeRefundId === null && state === 'requested');
}

/** Stripe did not make this refund at all: its ducats go back. Doing it again changes nothing. */
export async function recordRefusal(
  tx: Tx,
  deps: WriteDeps,
  { refundId, failureCode }: { refundId: string; failureCode: string },
): Promise<void> {
  const { refund, topUp } = await lockRefund(tx, refundId);
  if (refund.state !== 'requested') return;
  await giveBack(tx, deps, { refund, topUp, failureCode, stripeRefundId: null });
}

/**
 * Books that Stripe has taken the dollars, with the transfers that set its ducats aside where that was not done before;
 * these alone while it has not.
 */
export async function bookPaid(
  tx: Tx,
  deps: WriteDeps,
  step: Step & { held: readonly TransferRequest[] },
): Promise<void> {
  const { held, facts } = step;
  const transfers = facts.hasMoved ? [...held, ...(await paidSteps(tx, deps, step))] : [...held];
  if (transfers.length > 0) await postLinked(tx, transfers, { source: 'external' });
  if (facts.hasMoved) await tellPaid(tx, deps, step);
}

/** Everything of a refund that Stripe has taken but the posting: the row, the fact, the top-up, and whose ducats go. */
async function paidSteps(tx: Tx, deps: WriteDeps, { refund, topUp, facts }: Step): Promise<TransferRequest[]> {
  const now = deps.clock.now();
  const isDone = facts.status === 'succeeded';
  await tx.refund.update({
    where: { id: refund.id },
    data: {
      stripeRefundId: facts.id,
      state: isDone ? 'succeeded' : 'sent',
      bookedAt: now,
      settledAt: isDone ? now : null,
    },
    select: { id: true },
  });
  const escrowAccountId = await escrowOf(tx, refund.id);
  const receivableAccountId = await receivableOf(tx, refund);
  const owedMinor = refund.debtMinor + refund.bonusDebtMinor;
  const owed = { citizenId: topUp.citizenId, cause: 'refund', reference: refund.id, amountMinor: owedMinor } as const;
  await addDebt(tx, deps, owed);
  const transfers = paidTransfers({ refund, escrowAccountId, receivableAccountId }, deps.secret);
  const ducats = transfers.filter(({ kind }) => kind === 'refund_ducats');
  await noteRefundTakes(tx, { topUpId: topUp.id, transfers: ducats, hasBase: refund.baseTakenMinor > 0n });
  const type = facts.isPayment ? 'payment_refund' : 'refund';
  const fact = { type, sourceId: facts.id, amountMinor: -refund.totalMinor } as const;
  await expectAtStripe(tx, deps, { ...fact, transfers, kind: 'refund_paid' });
  await noteReturned(tx, deps, { refund, topUp });
  const { citizenId, id: reference } = topUp;
  await noteTrustEvent(tx, { citizenId, kind: 'purchase_refunded', reference, occurredAt: now, ids: deps.ids });
  await tellCitizen(tx, deps, { refund, kind: 'refund_paid' });
  return transfers;
}

/** Where nothing is left of a payment, ducats that waited are waiting no more, and warnings of fraud are answered. */
async function noteReturned(tx: Tx, deps: WriteDeps, { refund, topUp }: Omit<Step, 'facts'>): Promise<void> {
  await endWaitOfNothing(tx, topUp);
  const left = leftOf(topUp, await refundedParts(tx, topUp.id));
  if (left.priceMinor > 0n) return;
  await tx.fraudWarning.updateMany({
    where: { topUpId: topUp.id, state: 'open' },
    data: { state: 'refunded', decidedAt: deps.clock.now(), decidedBy: refund.requestedBy },
  });
}

async function tellPaid(tx: Tx, deps: WriteDeps, { refund, topUp }: Omit<Step, 'facts'>): Promise<void> {
  const { citizenId, totalMinor } = refund;
  const payload = { topUpId: topUp.id, citizenId, totalMinor: String(totalMinor) };
  await emit(tx, deps, { type: 'refund.paid', subject: refund.id, payload });
}

async function giveBack(
  tx: Tx,
  deps: WriteDeps,
  end: { refund: RefundRow; topUp: LockedTopUp; failureCode: string | null; stripeRefundId: string | null },
): Promise<void> {
  const { refund, topUp, failureCode, stripeRefundId } = end;
  const escrowAccountId = await escrowOf(tx, refund.id);
  const holder = await holderOf(tx, topUp);
  const transfers = releaseTransfers({ refund, escrowAccountId, holder }, deps.secret);
  await noteRefundTakes(tx, { topUpId: topUp.id, transfers, hasBase: refund.baseTakenMinor > 0n });
  await endUnpaid(tx, deps, { refund, state: 'failed', failureCode, stripeRefundId });
  await postLinked(tx, transfers, { source: 'external' });
  await tellFailed(tx, deps, refund);
}

async function bookFailed(tx: Tx, deps: WriteDeps, { refund, topUp, facts }: Step): Promise<void> {
  await waitAgain(tx, topUp);
  const undone = await cancelDebt(tx, deps, { citizenId: topUp.citizenId, cause: 'refund', reference: refund.id });
  const transfers = await wayBack(tx, deps, { refund, topUp, undone });
  const returning = ducatReturns({ refund, undone }, deps.secret);
  await noteRefundReturns(tx, { topUpId: topUp.id, ...returning, holdUntil: await holdOf(tx, deps, topUp) });
  const type = facts.isPayment ? 'payment_failure_refund' : 'refund_failure';
  const fact = { type, sourceId: facts.id, amountMinor: refund.totalMinor } as const;
  await expectAtStripe(tx, deps, { ...fact, transfers, kind: 'refund_failed' });
  const state = facts.status === 'canceled' ? 'canceled' : 'failed';
  await endUnpaid(tx, deps, { refund, state, failureCode: facts.failureCode, stripeRefundId: facts.id });
  await tellCitizen(tx, deps, { refund, kind: 'refund_failed' });
  await tx.fraudWarning.updateMany({
    where: { topUpId: topUp.id, state: 'refunded' },
    data: { state: 'open', decidedAt: null, decidedBy: null },
  });
  await postLinked(tx, transfers, { source: 'external' });
  await tellFailed(tx, deps, refund);
}

/** Everything as it was before, and what the buyer repaid meanwhile in ducats. */
async function wayBack(
  tx: Tx,
  deps: WriteDeps,
  { refund, topUp, undone }: { refund: RefundRow; topUp: LockedTopUp; undone: UndoneDebt },
): Promise<TransferRequest[]> {
  const holder = await holderOf(tx, topUp);
  const receivableAccountId = await receivableOf(tx, refund);
  const transfers = failedTransfers({ refund, holder, receivableAccountId }, deps.secret);
  if (receivableAccountId === null || holder === 'suspense') return transfers;
  const { walletAccountId } = holder;
  return [...transfers, ...undoneTransfers({ refund, undone, walletAccountId, receivableAccountId }, deps.secret)];
}

async function endUnpaid(
  tx: Tx,
  deps: WriteDeps,
  end: { refund: RefundRow; state: RefundState; failureCode: string | null; stripeRefundId: string | null },
): Promise<void> {
  const { refund, state, failureCode, stripeRefundId } = end;
  await tx.refund.update({
    where: { id: refund.id },
    data: { state, failureCode, stripeRefundId: stripeRefundId ?? refund.stripeRefundId, settledAt: deps.clock.now() },
    select: { id: true },
  });
}

async function tellCitizen(
  tx: Tx,
  deps: WriteDeps,
  { refund, kind }: { refund: RefundRow; kind: 'refund_paid' | 'refund_failed' },
): Promise<void> {
  const amount = formatAmount(refund.totalMinor, 'USD', { locale: 'en' });
  await notify(tx, deps, { citizenId: refund.citizenId, kind, details: { amount } });
}

async function tellFailed(tx: Tx, deps: WriteDeps, refund: RefundRow): Promise<void> {
  const { topUpId, citizenId, totalMinor } = refund;
  const payload = { topUpId, citizenId, totalMinor: String(totalMinor) };
  await emit(tx, deps, { type: 'refund.failed', subject: refund.id, payload });
}

function amountMismatch(): Error {
  return refuse(
    'conflict',
    'refund_amount_mismatch',
    'Stripe refunded another amount than was asked for. An operator will look at it.',
  );
}

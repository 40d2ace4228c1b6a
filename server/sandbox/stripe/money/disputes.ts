import type Stripe from 'stripe';

import { testCardOf } from '#server/sandbox/stripe/checkout/cards.ts';
import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { bookMovement } from '#server/sandbox/stripe/money/balances.ts';
import { bookedCharge } from '#server/sandbox/stripe/money/charge-booking.ts';
import { disputeObject, disputeReasons } from '#server/sandbox/stripe/money/dispute-objects.ts';
import { openWarning, settleWarnings } from '#server/sandbox/stripe/money/early-fraud-warnings.ts';
import { closeReviewOf } from '#server/sandbox/stripe/money/reviews.ts';
import { emitEvent, type EventType } from '#server/sandbox/stripe/state/events.ts';
import { idOf } from '#server/sandbox/stripe/state/identifiers.ts';
import { invalidRequest, noSuch } from '#server/sandbox/stripe/wire/errors.ts';

const disputeFeeCents = 1_500;
const inquiryDaysMax = 120;
const dayMs = 86_400_000;

/** The two states in which the merchant may still answer. */
export function isOpen(dispute: Stripe.Dispute): boolean {
  return dispute.status === 'needs_response' || dispute.status === 'warning_needs_response';
}

function isInquiry(dispute: Stripe.Dispute): boolean {
  return dispute.status === 'warning_needs_response' || dispute.status === 'warning_under_review';
}

export function isClosed(dispute: Stripe.Dispute): boolean {
  return ['won', 'lost', 'warning_closed', 'prevented'].includes(dispute.status);
}

/** What the bank of a test card does soon after the charge. */
export function afterCharge(sandbox: Sandbox, chargeId: string): void {
  const charge = sandbox.store.get('charge', chargeId);
  const what = charge === undefined ? undefined : testCardOf(sandbox, charge)?.afterwards;
  if (charge === undefined || what === undefined) return;
  if (what === 'early_fraud_warning') {
    openWarning(sandbox, charge);
    return;
  }
  if (charge.refunded) return;
  const reason = what === 'dispute_not_received' ? 'product_not_received' : 'fraudulent';
  openDispute(sandbox, charge.id, { reason, isInquiry: what === 'inquiry' });
}

export interface DisputeWish {
  reason?: string;
  amountCents?: number;
  isInquiry?: boolean;
}

/** The cardholder disputes a charge: a chargeback takes the money and a fee at once, an inquiry only asks. */
export function openDispute(sandbox: Sandbox, chargeId: string, wish: DisputeWish = {}): Stripe.Dispute {
  const { store, scheduler } = sandbox;
  const { reason = 'fraudulent', isInquiry: asksOnly = false } = wish;
  const found = store.get('charge', chargeId);
  if (found === undefined) throw noSuch('charge', chargeId, 'charge');
  if (!found.paid || found.payment_method_details?.type !== 'card')
    throw invalidRequest('Only a paid card charge is disputed.');
  if (disputesOf(sandbox, chargeId).some((dispute) => !isClosed(dispute))) {
    throw invalidRequest('This charge is already disputed.');
  }
  if (!disputeReasons.includes(reason)) throw invalidRequest(`Choose one of ${disputeReasons.join(', ')}.`);
  const charge = bookedCharge(sandbox, found);
  const amountCents = wish.amountCents ?? charge.amount - charge.amount_refunded;
  if (!Number.isInteger(amountCents) || amountCents < 1 || amountCents > charge.amount) {
    throw invalidRequest('A disputed amount is at least a cent and at most the charge.');
  }
  const dispute = disputeObject(sandbox, { charge, reason, amountCents, isInquiry: asksOnly });
  store.put('dispute', dispute.id, dispute);
  store.put('charge', charge.id, { ...charge, disputed: true });
  emitEvent(sandbox, { type: 'charge.dispute.created', object: dispute });
  closeReviewOf(sandbox, charge, 'disputed');
  settleWarnings(sandbox, charge.id);
  scheduler.planAt('dispute_due', dispute.id, ((dispute.evidence_details.due_by ?? 0) + 1) * 1_000);
  return asksOnly ? dispute : withdraw(sandbox, dispute);
}

export function disputesOf(sandbox: Sandbox, chargeId: string): Stripe.Dispute[] {
  return sandbox.store.find('dispute', { charge: chargeId });
}

/** Stripe takes the disputed amount and its fee out of the balance, in one balance transaction. */
function withdraw(sandbox: Sandbox, dispute: Stripe.Dispute): Stripe.Dispute {
  const transaction = bookMovement(sandbox, {
    type: 'adjustment',
    category: 'dispute',
    source: dispute.id,
    amountCents: -dispute.amount,
    description: `Chargeback withdrawal for ${idOf(dispute.charge)}`,
    fee: { cents: disputeFeeCents, description: 'Dispute fee' },
  });
  return change(sandbox, dispute, {
    type: 'charge.dispute.funds_withdrawn',
    to: { balance_transactions: [...dispute.balance_transactions, transaction] },
  });
}

export type Verdict = 'won' | 'lost' | 'escalated';

/** The bank decides. Stripe returns the amount of a won dispute, and its fee unless `isFeeKept`. */
export function decideDispute(
  sandbox: Sandbox,
  disputeId: string,
  { verdict, isFeeKept = false }: { verdict: Verdict; isFeeKept?: boolean },
): Stripe.Dispute {
  const dispute = sandbox.store.get('dispute', disputeId);
  if (dispute === undefined) throw noSuch('dispute', disputeId, 'dispute');
  if (isClosed(dispute)) throw invalidRequest('This dispute is already closed.');
  sandbox.scheduler.cancel('judge_dispute', disputeId);
  if (verdict === 'escalated') return escalate(sandbox, dispute);
  sandbox.scheduler.cancel('dispute_due', disputeId);
  if (isInquiry(dispute)) return close(sandbox, dispute, 'warning_closed');
  if (verdict === 'lost') return close(sandbox, dispute, 'lost');
  return close(sandbox, reinstate(sandbox, dispute, isFeeKept), 'won');
}

function reinstate(sandbox: Sandbox, dispute: Stripe.Dispute, isFeeKept: boolean): Stripe.Dispute {
  const transaction = bookMovement(sandbox, {
    type: 'adjustment',
    category: 'dispute_reversal',
    source: dispute.id,
    amountCents: dispute.amount,
    description: `Chargeback reversal for ${idOf(dispute.charge)}`,
    ...(isFeeKept ? {} : { fee: { cents: -disputeFeeCents, description: 'Dispute fee refund' } }),
  });
  return change(sandbox, dispute, {
    type: 'charge.dispute.funds_reinstated',
    to: { status: 'won', balance_transactions: [...dispute.balance_transactions, transaction] },
  });
}

function escalate(sandbox: Sandbox, dispute: Stripe.Dispute): Stripe.Dispute {
  if (!isInquiry(dispute)) throw invalidRequest('Only an inquiry can become a chargeback.');
  const card = dispute.payment_method_details?.card;
  const escalated = change(sandbox, dispute, {
    type: 'charge.dispute.updated',
    to: {
      status: 'needs_response',
      is_charge_refundable: false,
      ...(card === undefined
        ? {}
        : { payment_method_details: { type: 'card', card: { ...card, case_type: 'chargeback' } } }),
    },
  });
  return withdraw(sandbox, escalated);
}

export function close(
  sandbox: Sandbox,
  dispute: Stripe.Dispute,
  status: 'won' | 'lost' | 'warning_closed',
): Stripe.Dispute {
  sandbox.scheduler.cancel('dispute_due', dispute.id);
  return change(sandbox, dispute, { type: 'charge.dispute.closed', to: { status } });
}

/** Keeps the change and tells it. */
export function change(
  sandbox: Sandbox,
  dispute: Stripe.Dispute,
  { type, to }: { type: EventType; to: Partial<Stripe.Dispute> },
): Stripe.Dispute {
  const changed: Stripe.Dispute = { ...dispute, ...to };
  const names = Object.keys(to) as (keyof Stripe.Dispute)[];
  const previous = Object.fromEntries(names.map((name) => [name, dispute[name]]));
  sandbox.store.put('dispute', dispute.id, changed);
  emitEvent(sandbox, { type, object: changed, previous });
  return changed;
}

/** Nobody answered in time: a chargeback is lost; an inquiry lies until the network closes it. */
export function disputeDue(sandbox: Sandbox, disputeId: string): void {
  const dispute = sandbox.store.get('dispute', disputeId);
  if (dispute === undefined || isClosed(dispute)) return;
  if (dispute.status === 'needs_response') {
    const late = { ...dispute, evidence_details: { ...dispute.evidence_details, past_due: true } };
    close(sandbox, late, 'lost');
    return;
  }
  if (!isInquiry(dispute)) return;
  const closesAtMs = dispute.created * 1_000 + inquiryDaysMax * dayMs;
  if (sandbox.scheduler.nowMs() >= closesAtMs) close(sandbox, dispute, 'warning_closed');
  else sandbox.scheduler.planAt('dispute_due', disputeId, closesAtMs);
}

/** The texts that decide a dispute in test mode, as Stripe documents them. */
export function judgeDispute(sandbox: Sandbox, disputeId: string): void {
  const dispute = sandbox.store.get('dispute', disputeId);
  if (dispute === undefined || isClosed(dispute)) return;
  const text = dispute.evidence.uncategorized_text;
  if (text === 'winning_evidence') decideDispute(sandbox, disputeId, { verdict: 'won' });
  if (text === 'losing_evidence') decideDispute(sandbox, disputeId, { verdict: 'lost' });
  if (text === 'escalate_inquiry_evidence' && isInquiry(dispute)) {
    decideDispute(sandbox, disputeId, { verdict: 'escalated' });
  }
}

/** A full refund answers the bank's question. */
export function closeInquiriesOf(sandbox: Sandbox, chargeId: string): void {
  for (const dispute of disputesOf(sandbox, chargeId)) {
    if (isInquiry(dispute)) close(sandbox, dispute, 'warning_closed');
  }
}

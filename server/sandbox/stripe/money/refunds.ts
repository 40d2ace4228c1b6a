import type Stripe from 'stripe';

import { testCardOf } from '#server/sandbox/stripe/checkout/cards.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { bookMovement } from '#server/sandbox/stripe/money/balances.ts';
import { availableOnOf, bookedCharge } from '#server/sandbox/stripe/money/charge-booking.ts';
import { closeInquiriesOf, disputesOf } from '#server/sandbox/stripe/money/disputes.ts';
import { settleWarnings } from '#server/sandbox/stripe/money/early-fraud-warnings.ts';
import { closeReviewOf } from '#server/sandbox/stripe/money/reviews.ts';
import { emitEvent, type Happening } from '#server/sandbox/stripe/state/events.ts';
import { idOf, newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { invalidRequest, noSuch, stateRefusal } from '#server/sandbox/stripe/wire/errors.ts';
import { listRecords } from '#server/sandbox/stripe/wire/lists.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';
import { listOf, oneOf, type ApiCall, type Route } from '#server/sandbox/stripe/wire/route.ts';

const list = { kind: 'refund', url: '/v1/refunds', fields: ['charge', 'payment_intent'] } as const;

export const refundRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/refunds', run: createRefund },
  { method: 'GET', path: '/v1/refunds', run: listOf(list) },
  { method: 'GET', path: '/v1/refunds/:id', run: oneOf('refund', 'refund') },
  { method: 'POST', path: '/v1/refunds/:id', run: updateRefund },
  {
    method: 'GET',
    path: '/v1/charges/:id/refunds',
    run: (sandbox, { id, input, account }) => {
      if (sandbox.store.get('charge', id) === undefined) throw noSuch('charge', id);
      const url = `/v1/charges/${id}/refunds`;
      return listRecords(
        sandbox,
        { kind: 'refund', url, hasCreated: false },
        { input, account, where: { charge: id } },
      );
    },
  },
  { method: 'GET', path: '/v1/charges/:id/refunds/:id', run: (sandbox, call) => oneRefundOf(sandbox, call) },
];

const reasons = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

function oneRefundOf(sandbox: Sandbox, { ids: [chargeId, refundId = ''], input }: ApiCall): object {
  input.finish();
  const refund = sandbox.store.get('refund', refundId);
  if (refund === undefined || refund.charge !== chargeId) throw noSuch('refund', refundId);
  return refund;
}

function createRefund(sandbox: Sandbox, { input, cause }: ApiCall): Stripe.Refund {
  const found = findCharge(sandbox, input);
  const amount = input.integer('amount', { min: 1, max: 99_999_999 });
  const reason = input.choice('reason', reasons) ?? null;
  const metadata = input.metadata();
  input.finish();
  checkRefundable(sandbox, found, amount);
  const charge = bookedCharge(sandbox, found);
  const amountCents = amount ?? charge.amount - charge.amount_refunded;
  const how = testCardOf(sandbox, charge)?.refund;
  const isPending = how === 'pending' || charge.payment_method_details?.type === 'us_bank_account';
  const refund = refundObject(sandbox, { charge, amountCents, reason, metadata, isPending });
  sandbox.store.put('refund', refund.id, refund);
  emitEvent(sandbox, { type: 'refund.created', object: refund, cause });
  const refunded = chargeAfter(sandbox, charge, amountCents);
  const previous = { amount_refunded: charge.amount_refunded, refunded: charge.refunded };
  emitEvent(sandbox, { type: 'charge.refunded', object: refunded, previous, cause });
  if (refunded.refunded) {
    closeReviewOf(sandbox, charge, reason === 'fraudulent' ? 'refunded_as_fraud' : 'refunded');
    settleWarnings(sandbox, charge.id);
    closeInquiriesOf(sandbox, charge.id);
  }
  const later = how === 'fails' ? 'fail_refund' : isPending ? 'settle_refund' : 'reference_refund';
  sandbox.scheduler.plan(later, refund.id, sandbox.options.balanceDelayMs);
  return refund;
}

function findCharge(sandbox: Sandbox, input: Parameters): Stripe.Charge {
  const { store } = sandbox;
  const chargeId = input.text('charge');
  const intentId = input.text('payment_intent');
  if (chargeId !== undefined && intentId !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: charge, payment_intent.', { param: 'charge' });
  }
  if (chargeId !== undefined) {
    const charge = store.get('charge', chargeId);
    if (charge === undefined) throw noSuch('charge', chargeId, 'charge');
    return charge;
  }
  if (intentId === undefined) {
    throw invalidRequest('One of the following params should be provided for this request: payment_intent or charge.');
  }
  const paymentIntent = store.get('paymentIntent', intentId);
  if (paymentIntent === undefined) throw noSuch('payment_intent', intentId, 'payment_intent');
  const charge = store.get('charge', idOf(paymentIntent.latest_charge));
  if (paymentIntent.status !== 'succeeded' || charge === undefined) {
    throw stateRefusal(`This PaymentIntent (${intentId}) does not have a successful charge to refund.`, {
      code: 'payment_intent_unexpected_state',
      param: 'payment_intent',
    });
  }
  return charge;
}

function checkRefundable(sandbox: Sandbox, charge: Stripe.Charge, amount: number | undefined): void {
  if (charge.status !== 'succeeded') {
    throw stateRefusal(`Charge ${charge.id} has not succeeded; only a succeeded charge can be refunded.`, {
      code: 'charge_not_refundable',
    });
  }
  if (disputesOf(sandbox, charge.id).some((dispute) => !dispute.is_charge_refundable && dispute.status !== 'won')) {
    throw stateRefusal(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  }
  const leftCents = charge.amount - charge.amount_refunded;
  if (leftCents === 0) {
    throw stateRefusal(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  }
  if (amount !== undefined && amount > leftCents) {
    const what = charge.amount_refunded === 0 ? 'charge amount' : 'unrefunded amount on charge';
    throw stateRefusal(`Refund amount (${dollars(amount)}) is greater than ${what} (${dollars(leftCents)})`, {
      param: 'amount',
    });
  }
}

function dollars(cents: number): string {
  const text = String(cents).padStart(3, '0');
  return `$${text.slice(0, -2)}.${text.slice(-2)}`;
}

interface RefundFacts {
  charge: Stripe.Charge;
  amountCents: number;
  reason: (typeof reasons)[number] | null;
  metadata: Record<string, string>;
  isPending: boolean;
}

/** Stripe takes the whole amount back at once and keeps its fee. */
function refundObject(sandbox: Sandbox, facts: RefundFacts): Stripe.Refund {
  const { charge, amountCents } = facts;
  const id = newIdentifier('refund');
  const isBank = charge.payment_method_details?.type === 'us_bank_account';
  const transaction = bookMovement(sandbox, {
    type: isBank ? 'payment_refund' : 'refund',
    category: 'refund',
    source: id,
    amountCents: -amountCents,
    description: `REFUND FOR ${isBank ? 'PAYMENT' : 'CHARGE'}${charge.description === null ? '' : ` (${charge.description})`}`,
    availableOn: availableOnOf(sandbox, charge),
  });
  return {
    id,
    object: 'refund',
    amount: amountCents,
    balance_transaction: transaction.id,
    charge: charge.id,
    created: nowSeconds(sandbox),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: isBank
      ? { type: 'us_bank_transfer', us_bank_transfer: { reference: null, reference_status: null } }
      : {
          type: 'card',
          card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
        },
    metadata: facts.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: facts.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: facts.isPending ? 'pending' : 'succeeded',
    transfer_reversal: null,
  };
}

function chargeAfter(sandbox: Sandbox, charge: Stripe.Charge, deltaCents: number): Stripe.Charge {
  const current = sandbox.store.get('charge', charge.id) ?? charge;
  const amountRefunded = current.amount_refunded + deltaCents;
  const updated: Stripe.Charge = {
    ...current,
    amount_refunded: amountRefunded,
    refunded: amountRefunded === current.amount,
  };
  sandbox.store.put('charge', charge.id, updated);
  return updated;
}

function updateRefund(sandbox: Sandbox, { id, input, cause }: ApiCall): Stripe.Refund {
  const refund = sandbox.store.get('refund', id);
  if (refund === undefined) throw noSuch('refund', id);
  const updated: Stripe.Refund = { ...refund, metadata: input.metadata(refund.metadata ?? {}) };
  input.finish();
  sandbox.store.put('refund', id, updated);
  emitEvent(sandbox, { type: 'refund.updated', object: updated, previous: { metadata: refund.metadata }, cause });
  return updated;
}

/** Both names under which Stripe tells that a refund changed; the older one first. */
function emitChange(sandbox: Sandbox, refund: Stripe.Refund, previous: object): void {
  const happening: Omit<Happening, 'type'> = { object: refund, previous };
  emitEvent(sandbox, { type: 'charge.refund.updated', ...happening });
  emitEvent(sandbox, { type: 'refund.updated', ...happening });
}

/** The card network has taken the refund and given it a reference. */
export function referenceRefund(sandbox: Sandbox, refundId: string): void {
  const refund = sandbox.store.get('refund', refundId);
  if (refund?.status !== 'succeeded' || refund.destination_details?.card === undefined) return;
  const card = { ...refund.destination_details.card, reference: '7'.padEnd(23, '0'), reference_status: 'available' };
  const updated: Stripe.Refund = { ...refund, destination_details: { ...refund.destination_details, card } };
  sandbox.store.put('refund', refundId, updated);
  emitChange(sandbox, updated, { destination_details: refund.destination_details });
}

/** A pending refund has arrived. */
export function settleRefund(sandbox: Sandbox, refundId: string): void {
  const refund = sandbox.store.get('refund', refundId);
  if (refund?.status !== 'pending') return;
  const updated: Stripe.Refund = { ...refund, status: 'succeeded' };
  sandbox.store.put('refund', refundId, updated);
  emitChange(sandbox, updated, { status: 'pending' });
}

/** The bank sends the money back: it returns to the balance, and the charge counts as less refunded. */
export function failRefund(sandbox: Sandbox, refundId: string): boolean {
  const { store } = sandbox;
  const refund = store.get('refund', refundId);
  const charge = store.get('charge', idOf(refund?.charge));
  if (refund === undefined || charge === undefined) return false;
  if (refund.status !== 'pending' && refund.status !== 'succeeded') return false;
  const transaction = bookMovement(sandbox, {
    type: charge.payment_method_details?.type === 'us_bank_account' ? 'payment_failure_refund' : 'refund_failure',
    category: 'refund_failure',
    source: refund.id,
    amountCents: refund.amount,
    description: 'REFUND FAILURE',
  });
  const failed: Stripe.Refund = {
    ...refund,
    status: 'failed',
    failure_reason: 'lost_or_stolen_card',
    failure_balance_transaction: transaction.id,
  };
  store.put('refund', refundId, failed);
  const lessRefunded = chargeAfter(sandbox, charge, -refund.amount);
  emitChange(sandbox, failed, { status: refund.status });
  emitEvent(sandbox, { type: 'refund.failed', object: failed, previous: { status: refund.status } });
  const previous = { amount_refunded: charge.amount_refunded, refunded: charge.refunded };
  emitEvent(sandbox, { type: 'charge.updated', object: lessRefunded, previous });
  return true;
}

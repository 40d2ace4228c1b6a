import type Stripe from 'stripe';

import { findTestCard, type CardOutcome, type TestCard } from '#server/sandbox/stripe/cards.ts';
import {
  chargeObject,
  paymentIntentObject,
  paymentMethodObject,
  type CardExpiry,
} from '#server/sandbox/stripe/charge-objects.ts';
import type { CheckoutRecord } from '#server/sandbox/stripe/checkout-record.ts';
import { completeCheckout } from '#server/sandbox/stripe/checkout-sessions.ts';
import { ownDoing, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent } from '#server/sandbox/stripe/events.ts';

export type PayOutcome = 'paid' | 'declined' | 'authenticate';

const authenticationFailure = {
  code: 'payment_intent_authentication_failure',
  message: 'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
};

/** The payer presses Pay with a card that is well formed. */
export function payCheckout(
  sandbox: Sandbox,
  checkout: CheckoutRecord,
  card: CardExpiry & { number: string },
): PayOutcome {
  const { store } = sandbox;
  const testCard = findTestCard(card.number);
  const paymentMethod = paymentMethodObject(sandbox, checkout, { ...card, ...testCard });
  store.put('paymentMethod', paymentMethod.id, paymentMethod);
  const paymentIntent = openPaymentIntent(sandbox, checkout);
  if (testCard.outcome.kind === 'authenticate') {
    return challenge(sandbox, checkout, { paymentIntent, paymentMethod });
  }
  return settle(sandbox, checkout, { paymentIntent, paymentMethod, outcome: testCard.outcome, authenticated: false });
}

/** The payer answers the 3-D Secure page. */
export function answerChallenge(sandbox: Sandbox, checkout: CheckoutRecord, answer: 'complete' | 'fail'): PayOutcome {
  const { store } = sandbox;
  const paymentMethod = store.get('paymentMethod', checkout.challenge?.paymentMethodId ?? '');
  const paymentIntent = openPaymentIntent(sandbox, checkout);
  if (paymentMethod === undefined) return 'declined';
  if (answer === 'complete') {
    const outcome: CardOutcome = { kind: 'success', riskLevel: 'normal', riskScore: 20 };
    return settle(sandbox, checkout, { paymentIntent, paymentMethod, outcome, authenticated: true });
  }
  const failed: Stripe.PaymentIntent = {
    ...paymentIntent,
    status: 'requires_payment_method',
    next_action: null,
    payment_method: null,
    last_payment_error: { ...authenticationFailure, type: 'invalid_request_error', payment_method: paymentMethod },
  };
  store.put('paymentIntent', failed.id, failed);
  emitEvent(sandbox, { type: 'payment_intent.payment_failed', object: failed, cause: ownDoing });
  refuse(sandbox, checkout, authenticationFailure.message);
  return 'declined';
}

/** Stripe makes the payment intent of a session when its payer first confirms. */
function openPaymentIntent(sandbox: Sandbox, checkout: CheckoutRecord): Stripe.PaymentIntent {
  const { store } = sandbox;
  const existing = checkout.session.payment_intent;
  const found = typeof existing === 'string' ? store.get('paymentIntent', existing) : undefined;
  if (found !== undefined) return found;
  const paymentIntent = paymentIntentObject(sandbox, checkout);
  store.put('paymentIntent', paymentIntent.id, paymentIntent);
  checkout.session = { ...checkout.session, payment_intent: paymentIntent.id };
  store.put('checkout', checkout.id, checkout);
  emitEvent(sandbox, { type: 'payment_intent.created', object: paymentIntent, cause: ownDoing });
  return paymentIntent;
}

interface Attempt {
  paymentIntent: Stripe.PaymentIntent;
  paymentMethod: Stripe.PaymentMethod;
}

function challenge(sandbox: Sandbox, checkout: CheckoutRecord, attempt: Attempt): PayOutcome {
  const { store } = sandbox;
  const url = `${sandbox.url()}/c/pay/${checkout.id}/authenticate`;
  const waiting: Stripe.PaymentIntent = {
    ...attempt.paymentIntent,
    status: 'requires_action',
    payment_method: attempt.paymentMethod.id,
    next_action: { type: 'redirect_to_url', redirect_to_url: { url, return_url: checkout.session.url } },
  };
  store.put('paymentIntent', waiting.id, waiting);
  checkout.challenge = { paymentMethodId: attempt.paymentMethod.id };
  checkout.lastError = null;
  store.put('checkout', checkout.id, checkout);
  emitEvent(sandbox, { type: 'payment_intent.requires_action', object: waiting, cause: ownDoing });
  return 'authenticate';
}

type Settlement = Attempt & { outcome: Exclude<TestCard['outcome'], { kind: 'authenticate' }>; authenticated: boolean };

function settle(sandbox: Sandbox, checkout: CheckoutRecord, settlement: Settlement): PayOutcome {
  const { outcome } = settlement;
  if (outcome.kind === 'success') return succeed(sandbox, checkout, { ...settlement, outcome });
  return decline(sandbox, checkout, { ...settlement, outcome });
}

type Success = Settlement & { outcome: Extract<CardOutcome, { kind: 'success' }> };

function succeed(sandbox: Sandbox, checkout: CheckoutRecord, success: Success): PayOutcome {
  const { store, scheduler, options } = sandbox;
  const charge = chargeObject(sandbox, {
    ...success,
    failure: null,
    outcome: outcomeObject(success.outcome.riskLevel, success.outcome.riskScore),
  });
  const paid: Stripe.PaymentIntent = {
    ...success.paymentIntent,
    status: 'succeeded',
    amount_received: charge.amount,
    latest_charge: charge.id,
    next_action: null,
    last_payment_error: null,
    payment_method: success.paymentMethod.id,
  };
  store.put('charge', charge.id, charge);
  store.put('paymentIntent', paid.id, paid);
  emitEvent(sandbox, { type: 'charge.succeeded', object: charge, cause: ownDoing });
  emitEvent(sandbox, { type: 'payment_intent.succeeded', object: paid, cause: ownDoing });
  completeCheckout(sandbox, checkout);
  scheduler.plan('book_balance_transaction', charge.id, options.balanceDelayMs);
  return 'paid';
}

function outcomeObject(riskLevel: string, riskScore: number): Stripe.Charge.Outcome {
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: 'approved_by_network',
    reason: riskLevel === 'elevated' ? 'elevated_risk_level' : null,
    risk_level: riskLevel,
    risk_score: riskScore,
    seller_message: 'Payment complete.',
    type: 'authorized',
  };
}

type Decline = Settlement & { outcome: Extract<CardOutcome, { kind: 'decline' }> };

function decline(sandbox: Sandbox, checkout: CheckoutRecord, declined: Decline): PayOutcome {
  const { store } = sandbox;
  const { code, declineCode, message } = declined.outcome;
  const charge = chargeObject(sandbox, {
    ...declined,
    failure: { code, message },
    outcome: {
      ...outcomeObject('normal', 30),
      network_status: 'declined_by_network',
      reason: declineCode,
      seller_message: 'The bank did not return any further details with this decline.',
      type: 'issuer_declined',
    },
  });
  const failed: Stripe.PaymentIntent = {
    ...declined.paymentIntent,
    status: 'requires_payment_method',
    latest_charge: charge.id,
    next_action: null,
    payment_method: null,
    last_payment_error: {
      type: 'card_error',
      charge: charge.id,
      code,
      decline_code: declineCode,
      message,
      payment_method: declined.paymentMethod,
    },
  };
  store.put('charge', charge.id, charge);
  store.put('paymentIntent', failed.id, failed);
  emitEvent(sandbox, { type: 'charge.failed', object: charge, cause: ownDoing });
  emitEvent(sandbox, { type: 'payment_intent.payment_failed', object: failed, cause: ownDoing });
  refuse(sandbox, checkout, message);
  return 'declined';
}

function refuse(sandbox: Sandbox, checkout: CheckoutRecord, message: string): void {
  checkout.challenge = null;
  checkout.lastError = { field: 'payment', message };
  sandbox.store.put('checkout', checkout.id, checkout);
}

import type Stripe from 'stripe';

import { findBankAccount, testBankAccounts } from '#server/sandbox/stripe/checkout/bank-accounts.ts';
import { cardBehind, fingerprintOf, type CardOutcome } from '#server/sandbox/stripe/checkout/cards.ts';
import { chargeObject, paymentIntentObject, type IntentFacts } from '#server/sandbox/stripe/checkout/charge-objects.ts';
import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { openReview } from '#server/sandbox/stripe/money/reviews.ts';
import { idOf } from '#server/sandbox/stripe/state/identifiers.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';

/** How one attempt to pay ends for now. */
export type Attempt =
  | { end: 'succeeded' | 'processing' | 'requires_action'; paymentIntent: Stripe.PaymentIntent }
  | { end: 'failed'; paymentIntent: Stripe.PaymentIntent; message: string };

export interface Confirmation {
  paymentIntent: Stripe.PaymentIntent;
  paymentMethod: Stripe.PaymentMethod;
  /** Where 3-D Secure takes place; null when the payer is not there, or has just passed it. */
  challenge: { url: string; returnUrl: string | null } | null;
  isAuthenticated: boolean;
}

export function createIntent(sandbox: Sandbox, facts: IntentFacts): Stripe.PaymentIntent {
  const paymentIntent = paymentIntentObject(sandbox, facts);
  sandbox.store.put('paymentIntent', paymentIntent.id, paymentIntent);
  emitEvent(sandbox, { type: 'payment_intent.created', object: paymentIntent });
  return paymentIntent;
}

/** Tries to take the money; leaves the charge, the new state of the intent and their events. */
export function confirmIntent(sandbox: Sandbox, confirmation: Confirmation): Attempt {
  const { paymentMethod } = confirmation;
  if (paymentMethod.us_bank_account !== undefined) return startDebit(sandbox, confirmation);
  const { outcome } = cardBehind(paymentMethod);
  switch (outcome.kind) {
    case 'success':
      return succeed(sandbox, confirmation, outcome);
    case 'decline':
      return decline(sandbox, confirmation, outcome);
    case 'authenticate':
      if (confirmation.isAuthenticated)
        return succeed(sandbox, confirmation, { kind: 'success', riskLevel: 'normal', riskScore: 12 });
      if (confirmation.challenge !== null) return challenge(sandbox, confirmation);
      return decline(sandbox, confirmation, {
        kind: 'decline',
        code: 'authentication_required',
        declineCode: 'authentication_required',
        message: 'Your card was declined. This transaction requires authentication.',
      });
  }
}

function challenge(sandbox: Sandbox, { paymentIntent, paymentMethod, challenge: at }: Confirmation): Attempt {
  const waiting: Stripe.PaymentIntent = {
    ...paymentIntent,
    status: 'requires_action',
    payment_method: paymentMethod.id,
    next_action: {
      type: 'redirect_to_url',
      redirect_to_url: { url: at?.url ?? null, return_url: at?.returnUrl ?? null },
    },
  };
  sandbox.store.put('paymentIntent', waiting.id, waiting);
  emitEvent(sandbox, { type: 'payment_intent.requires_action', object: waiting });
  return { end: 'requires_action', paymentIntent: waiting };
}

type Success = Extract<CardOutcome, { kind: 'success' }>;
type Decline = Extract<CardOutcome, { kind: 'decline' }>;

function succeed(sandbox: Sandbox, confirmation: Confirmation, outcome: Success): Attempt {
  const { paymentIntent, paymentMethod, isAuthenticated } = confirmation;
  const charge = chargeObject(sandbox, {
    paymentIntent,
    paymentMethod,
    authenticated: isAuthenticated,
    failure: null,
    isPending: false,
    outcome: outcomeObject(outcome.riskLevel, outcome.riskScore),
  });
  sandbox.store.put('charge', charge.id, charge);
  const paid = { ...paymentIntent, payment_method: paymentMethod.id };
  const succeeded = settleSucceeded(sandbox, paid, charge);
  if (outcome.riskLevel !== 'normal') openReview(sandbox, charge.id);
  if (cardBehind(paymentMethod).afterwards !== undefined) {
    sandbox.scheduler.plan('after_charge', charge.id, sandbox.options.balanceDelayMs);
  }
  return { end: 'succeeded', paymentIntent: succeeded };
}

/** The charge stands: the intent succeeds, and the balance transaction follows a little later. */
function settleSucceeded(
  sandbox: Sandbox,
  paymentIntent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
): Stripe.PaymentIntent {
  const paid: Stripe.PaymentIntent = {
    ...paymentIntent,
    status: 'succeeded',
    amount_received: charge.amount,
    latest_charge: charge.id,
    next_action: null,
    last_payment_error: null,
  };
  sandbox.store.put('paymentIntent', paid.id, paid);
  emitEvent(sandbox, { type: 'charge.succeeded', object: charge });
  emitEvent(sandbox, { type: 'payment_intent.succeeded', object: paid });
  sandbox.scheduler.plan('book_charge', charge.id, sandbox.options.balanceDelayMs);
  return paid;
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

function declineOutcome(outcome: Decline): Stripe.Charge.Outcome {
  if (outcome.isBlocked === true) {
    return {
      ...outcomeObject('highest', 95),
      network_status: 'not_sent_to_network',
      reason: 'highest_risk_level',
      seller_message: 'Stripe blocked this payment as too risky.',
      type: 'blocked',
    };
  }
  return {
    ...outcomeObject('normal', 30),
    network_status: 'declined_by_network',
    reason: outcome.declineCode,
    seller_message: 'The bank did not return any further details with this decline.',
    type: 'issuer_declined',
  };
}

function decline(sandbox: Sandbox, confirmation: Confirmation, outcome: Decline): Attempt {
  const { paymentIntent, paymentMethod, isAuthenticated } = confirmation;
  const { code, declineCode, message } = outcome;
  const charge = chargeObject(sandbox, {
    paymentIntent,
    paymentMethod,
    authenticated: isAuthenticated,
    isPending: false,
    failure: { code, message },
    outcome: declineOutcome(outcome),
  });
  sandbox.store.put('charge', charge.id, charge);
  return settleFailed(sandbox, { paymentIntent, paymentMethod, charge, failure: { code, message, declineCode } });
}

interface Failure {
  paymentIntent: Stripe.PaymentIntent;
  paymentMethod: Stripe.PaymentMethod;
  charge: Stripe.Charge;
  failure: { code: string; message: string; declineCode?: string };
}

function settleFailed(sandbox: Sandbox, { paymentIntent, paymentMethod, charge, failure }: Failure): Attempt {
  const failed: Stripe.PaymentIntent = {
    ...paymentIntent,
    status: 'requires_payment_method',
    latest_charge: charge.id,
    next_action: null,
    payment_method: null,
    last_payment_error: {
      type: failure.declineCode === undefined ? 'invalid_request_error' : 'card_error',
      charge: charge.id,
      code: failure.code,
      ...(failure.declineCode === undefined ? {} : { decline_code: failure.declineCode }),
      message: failure.message,
      payment_method: paymentMethod,
    },
  };
  sandbox.store.put('paymentIntent', failed.id, failed);
  emitEvent(sandbox, { type: 'charge.failed', object: charge });
  emitEvent(sandbox, { type: 'payment_intent.payment_failed', object: failed });
  return { end: 'failed', paymentIntent: failed, message: failure.message };
}

/** The payer did not prove who they are: no charge was tried. */
export function failAuthentication(
  sandbox: Sandbox,
  paymentIntent: Stripe.PaymentIntent,
  paymentMethod: Stripe.PaymentMethod,
): Attempt {
  const message =
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
  const failed: Stripe.PaymentIntent = {
    ...paymentIntent,
    status: 'requires_payment_method',
    next_action: null,
    payment_method: null,
    last_payment_error: {
      code: 'payment_intent_authentication_failure',
      message,
      type: 'invalid_request_error',
      payment_method: paymentMethod,
    },
  };
  sandbox.store.put('paymentIntent', failed.id, failed);
  emitEvent(sandbox, { type: 'payment_intent.payment_failed', object: failed });
  return { end: 'failed', paymentIntent: failed, message };
}

function startDebit(sandbox: Sandbox, { paymentIntent, paymentMethod }: Confirmation): Attempt {
  const charge = chargeObject(sandbox, {
    paymentIntent,
    paymentMethod,
    authenticated: false,
    failure: null,
    isPending: true,
    outcome: { ...outcomeObject('not_assessed', 0), seller_message: 'Payment complete.' },
  });
  const processing: Stripe.PaymentIntent = {
    ...paymentIntent,
    status: 'processing',
    latest_charge: charge.id,
    payment_method: paymentMethod.id,
  };
  sandbox.store.put('charge', charge.id, charge);
  sandbox.store.put('paymentIntent', processing.id, processing);
  emitEvent(sandbox, { type: 'payment_intent.processing', object: processing });
  emitEvent(sandbox, { type: 'charge.pending', object: charge });
  sandbox.scheduler.plan('settle_debit', processing.id, sandbox.options.bankDebitDelayMs);
  return { end: 'processing', paymentIntent: processing };
}

/** The bank answers a debit, days later: as its account number has it, or as the control page wants. */
export function settleDebit(sandbox: Sandbox, paymentIntentId: string, wanted?: 'succeed' | 'fail'): Attempt | null {
  const { store } = sandbox;
  const paymentIntent = store.get('paymentIntent', paymentIntentId);
  const charge = store.get('charge', idOf(paymentIntent?.latest_charge));
  const paymentMethod = store.get('paymentMethod', idOf(paymentIntent?.payment_method));
  if (paymentIntent?.status !== 'processing' || charge === undefined || paymentMethod === undefined) return null;
  sandbox.scheduler.cancel('settle_debit', paymentIntentId);
  const failure = debitFailure(paymentMethod, wanted);
  const settled: Stripe.Charge =
    failure === null
      ? { ...charge, status: 'succeeded', paid: true }
      : { ...charge, status: 'failed', paid: false, failure_code: failure.code, failure_message: failure.message };
  store.put('charge', settled.id, settled);
  if (failure !== null) return settleFailed(sandbox, { paymentIntent, paymentMethod, charge: settled, failure });
  return { end: 'succeeded', paymentIntent: settleSucceeded(sandbox, paymentIntent, settled) };
}

function debitFailure(
  paymentMethod: Stripe.PaymentMethod,
  wanted?: 'succeed' | 'fail',
): { code: string; message: string } | null {
  if (wanted === 'succeed') return null;
  const fingerprint = paymentMethod.us_bank_account?.fingerprint;
  const account = testBankAccounts.find(({ number }) => fingerprintOf(number) === fingerprint);
  const failure = account?.debitFailure ?? null;
  return wanted === 'fail' ? (failure ?? findBankAccount('000222222227').debitFailure) : failure;
}

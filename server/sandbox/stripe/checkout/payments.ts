import type Stripe from 'stripe';

import { paymentMethodObject, type Instrument } from '#server/sandbox/stripe/checkout/charge-objects.ts';
import type { CheckoutRecord } from '#server/sandbox/stripe/checkout/checkout-record.ts';
import { completeCheckout, settleCheckout } from '#server/sandbox/stripe/checkout/checkout-sessions.ts';
import {
  confirmIntent,
  createIntent,
  failAuthentication,
  settleDebit,
  type Attempt,
} from '#server/sandbox/stripe/checkout/payment-core.ts';
import { keepCustomer } from '#server/sandbox/stripe/checkout/customers.ts';
import { idOf } from '#server/sandbox/stripe/state/identifiers.ts';
import { ownDoing, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { invalidRequest } from '#server/sandbox/stripe/wire/errors.ts';

export type PayOutcome = 'paid' | 'processing' | 'declined' | 'authenticate';

/** The payer presses Pay with a card or bank account that is well formed. */
export function payCheckout(sandbox: Sandbox, checkout: CheckoutRecord, instrument: Instrument): PayOutcome {
  const { store } = sandbox;
  if (!checkout.session.payment_method_types.includes(instrument.kind)) {
    throw invalidRequest(`This Checkout Session does not take ${instrument.kind}.`);
  }
  const paymentMethod = paymentMethodObject(sandbox, checkout.payer, instrument);
  store.put('paymentMethod', paymentMethod.id, paymentMethod);
  const open = withIntent(sandbox, checkout);
  const url = `${sandbox.url()}/c/pay/${checkout.id}/authenticate`;
  const attempt = confirmIntent(sandbox, {
    paymentIntent: open.paymentIntent,
    paymentMethod,
    challenge: { url, returnUrl: checkout.session.url },
    isAuthenticated: false,
  });
  return follow(sandbox, open.checkout, { attempt, paymentMethod });
}

/** The payer answers the 3-D Secure page. */
export function answerChallenge(sandbox: Sandbox, checkout: CheckoutRecord, answer: 'complete' | 'fail'): PayOutcome {
  const paymentMethod = sandbox.store.get('paymentMethod', checkout.challenge?.paymentMethodId ?? '');
  const { paymentIntent } = withIntent(sandbox, checkout);
  if (paymentMethod === undefined) return 'declined';
  const attempt =
    answer === 'fail'
      ? failAuthentication(sandbox, paymentIntent, paymentMethod)
      : confirmIntent(sandbox, { paymentIntent, paymentMethod, challenge: null, isAuthenticated: true });
  return follow(sandbox, checkout, { attempt, paymentMethod });
}

/** The bank has answered the debit of a session that is complete but unpaid. */
export function settleCheckoutDebit(sandbox: Sandbox, paymentIntentId: string, wanted?: 'succeed' | 'fail'): boolean {
  const attempt = settleDebit(sandbox, paymentIntentId, wanted);
  if (attempt === null) return false;
  const [checkout] = sandbox.store.find('checkout', { payment_intent: paymentIntentId });
  if (checkout !== undefined) settleCheckout(sandbox, checkout, attempt.end === 'succeeded');
  return true;
}

/** Stripe makes the payment intent of a session when its payer first confirms. */
function withIntent(
  sandbox: Sandbox,
  checkout: CheckoutRecord,
): { checkout: CheckoutRecord; paymentIntent: Stripe.PaymentIntent } {
  const { session, paymentIntentData } = checkout;
  const known = sandbox.store.get('paymentIntent', checkout.paymentIntentId ?? '');
  if (known !== undefined) return { checkout, paymentIntent: known };
  const isSubscription = session.mode === 'subscription';
  const customer = isSubscription ? customerOf(sandbox, checkout) : idOf(session.customer);
  const paymentIntent = createIntent(sandbox, {
    ...paymentIntentData,
    amountCents: session.amount_total ?? 0,
    customer: customer === '' ? null : customer,
    paymentMethodTypes: session.payment_method_types,
    setupFutureUsage: isSubscription ? 'off_session' : null,
  });
  const opened: CheckoutRecord = {
    ...checkout,
    paymentIntentId: paymentIntent.id,
    session: isSubscription ? { ...session, customer } : { ...session, payment_intent: paymentIntent.id },
  };
  sandbox.store.put('checkout', checkout.id, opened);
  return { checkout: opened, paymentIntent };
}

function customerOf(sandbox: Sandbox, { session, payer }: CheckoutRecord): string {
  const known = idOf(session.customer);
  return known === '' ? keepCustomer(sandbox, { ...payer, metadata: {} }, ownDoing).id : known;
}

function follow(
  sandbox: Sandbox,
  checkout: CheckoutRecord,
  { attempt, paymentMethod }: { attempt: Attempt; paymentMethod: Stripe.PaymentMethod },
): PayOutcome {
  const settled: CheckoutRecord = { ...checkout, challenge: null, lastError: null };
  switch (attempt.end) {
    case 'succeeded':
      completeCheckout(sandbox, settled, { isPaid: true, paymentMethod });
      return 'paid';
    case 'processing':
      completeCheckout(sandbox, settled, { isPaid: false, paymentMethod });
      return 'processing';
    case 'requires_action':
      sandbox.store.put('checkout', checkout.id, { ...settled, challenge: { paymentMethodId: paymentMethod.id } });
      return 'authenticate';
    case 'failed':
      sandbox.store.put('checkout', checkout.id, {
        ...settled,
        lastError: { field: 'payment', message: attempt.message },
      });
      return 'declined';
  }
}

import type Stripe from 'stripe';

import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import { noSuch } from '#server/sandbox/stripe/wire/errors.ts';
import type { ApiCall } from '#server/sandbox/stripe/wire/route.ts';

/** Changes what a payment intent says about itself; its amount belongs to the session. */
export function updateIntent(sandbox: Sandbox, { id, input }: ApiCall): Stripe.PaymentIntent {
  const paymentIntent = sandbox.store.get('paymentIntent', id);
  if (paymentIntent === undefined) throw noSuch('payment_intent', id);
  const description = input.unsettable('description', 1_000);
  const updated: Stripe.PaymentIntent = {
    ...paymentIntent,
    metadata: input.metadata(paymentIntent.metadata),
    ...(description === undefined ? {} : { description }),
  };
  input.finish();
  sandbox.store.put('paymentIntent', id, updated);
  return updated;
}

export function updateCharge(sandbox: Sandbox, { id, input, cause }: ApiCall): Stripe.Charge {
  const charge = sandbox.store.get('charge', id);
  if (charge === undefined) throw noSuch('charge', id);
  const description = input.unsettable('description', 1_000);
  const report = input.child('fraud_details')?.choice('user_report', ['fraudulent', 'safe']);
  const updated: Stripe.Charge = {
    ...charge,
    metadata: input.metadata(charge.metadata),
    ...(description === undefined ? {} : { description }),
    ...(report === undefined ? {} : { fraud_details: { ...charge.fraud_details, user_report: report } }),
  };
  input.finish();
  sandbox.store.put('charge', id, updated);
  emitEvent(sandbox, { type: 'charge.updated', object: updated, cause });
  return updated;
}

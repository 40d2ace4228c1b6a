import type Stripe from 'stripe';

import { nowSeconds, type Cause, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import { idOf, newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { noSuch, stateRefusal } from '#server/sandbox/stripe/wire/errors.ts';
import { listOf, oneOf, type Route } from '#server/sandbox/stripe/wire/route.ts';

export const reviewRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/reviews',
    run: listOf({ kind: 'review', url: '/v1/reviews', matches: () => (review) => review.open }),
  },
  { method: 'GET', path: '/v1/reviews/:id', run: oneOf('review', 'review') },
  {
    method: 'POST',
    path: '/v1/reviews/:id/approve',
    run: (sandbox, { id, input, cause }) => {
      input.finish();
      const review = sandbox.store.get('review', id);
      if (review === undefined) throw noSuch('review', id);
      if (!review.open) throw stateRefusal('This review is already closed.');
      return close(sandbox, review, { reason: 'approved', cause });
    },
  },
];

/** A rule of Radar puts a risky charge under review; the charge itself goes on. */
export function openReview(sandbox: Sandbox, chargeId: string): void {
  const { store } = sandbox;
  const charge = store.get('charge', chargeId);
  if (charge === undefined) return;
  const review: Stripe.Review = {
    id: newIdentifier('review'),
    object: 'review',
    billing_zip: null,
    charge: charge.id,
    closed_reason: null,
    created: nowSeconds(sandbox),
    ip_address: null,
    ip_address_location: null,
    livemode: false,
    open: true,
    opened_reason: 'rule',
    payment_intent: charge.payment_intent ?? '',
    reason: 'rule',
    session: null,
  };
  store.put('review', review.id, review);
  store.put('charge', charge.id, { ...charge, review: review.id });
  const paymentIntent = store.get('paymentIntent', idOf(charge.payment_intent));
  if (paymentIntent !== undefined)
    store.put('paymentIntent', paymentIntent.id, { ...paymentIntent, review: review.id });
  emitEvent(sandbox, { type: 'review.opened', object: review });
}

/** A refund or a dispute ends the review of its charge. */
export function closeReviewOf(
  sandbox: Sandbox,
  charge: Stripe.Charge,
  reason: 'disputed' | 'refunded' | 'refunded_as_fraud',
): void {
  const review = sandbox.store.get('review', idOf(charge.review));
  if (review?.open === true) close(sandbox, review, { reason });
}

function close(
  sandbox: Sandbox,
  review: Stripe.Review,
  { reason, cause }: { reason: NonNullable<Stripe.Review['closed_reason']>; cause?: Cause },
): Stripe.Review {
  const closed: Stripe.Review = { ...review, open: false, closed_reason: reason, reason };
  sandbox.store.put('review', review.id, closed);
  emitEvent(sandbox, { type: 'review.closed', object: closed, ...(cause === undefined ? {} : { cause }) });
  return closed;
}

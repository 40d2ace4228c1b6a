import type Stripe from 'stripe';

import { findPrice } from '#server/sandbox/stripe/billing/catalogue.ts';
import { subscriptionOf } from '#server/sandbox/stripe/billing/invoice-objects.ts';
import { endInvoice } from '#server/sandbox/stripe/billing/invoices.ts';
import {
  applyChange,
  bill,
  unusedLines,
  type ItemChange,
} from '#server/sandbox/stripe/billing/subscription-changes.ts';
import { periodOf } from '#server/sandbox/stripe/billing/subscription-objects.ts';
import { addPending, collect, endSubscription, takePending } from '#server/sandbox/stripe/billing/subscriptions.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { invalidRequest, noSuch, notPlayed, stateRefusal, StripeFailure } from '#server/sandbox/stripe/wire/errors.ts';
import { listPage } from '#server/sandbox/stripe/wire/lists.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';
import { listOf, oneOf, type ApiCall, type Route } from '#server/sandbox/stripe/wire/route.ts';

export const subscriptionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/subscriptions',
    run: listOf({
      kind: 'subscription',
      url: '/v1/subscriptions',
      fields: ['customer'],
      matches: (input) => {
        const status = input.text('status');
        const price = input.text('price');
        return (subscription) =>
          isStatus(subscription, status) &&
          (price === undefined || subscription.items.data.some((item) => item.price.id === price));
      },
    }),
  },
  { method: 'GET', path: '/v1/subscriptions/:id', run: oneOf('subscription', 'subscription') },
  { method: 'POST', path: '/v1/subscriptions/:id', run: updateSubscription },
  { method: 'DELETE', path: '/v1/subscriptions/:id', run: cancelSubscription },
  {
    method: 'GET',
    path: '/v1/invoices',
    run: listOf({
      kind: 'invoice',
      url: '/v1/invoices',
      fields: ['customer', 'status'],
      matches: (input) => {
        const subscription = input.text('subscription');
        return (invoice) => subscription === undefined || subscriptionOf(invoice) === subscription;
      },
    }),
  },
  { method: 'GET', path: '/v1/invoices/:id', run: oneOf('invoice', 'invoice') },
  {
    method: 'GET',
    path: '/v1/invoices/:id/lines',
    run: (sandbox, { id, input }) => listPage(findInvoice(sandbox, id).lines.data, input, `/v1/invoices/${id}/lines`),
  },
  { method: 'POST', path: '/v1/invoices/:id/pay', run: payInvoice },
  {
    method: 'POST',
    path: '/v1/invoices/:id/void',
    run: (sandbox, { id, input }) => {
      input.finish();
      const invoice = findInvoice(sandbox, id);
      if (invoice.status !== 'open')
        throw stateRefusal('You can only pass in open invoices. This invoice is not open.');
      return endInvoice(sandbox, invoice);
    },
  },
  {
    method: 'GET',
    path: '/v1/invoice_payments',
    run: listOf({
      kind: 'invoicePayment',
      url: '/v1/invoice_payments',
      fields: ['invoice', 'status'],
      matches: (input) => {
        const payment = input.child('payment');
        payment?.choice('type', ['payment_intent']);
        const paymentIntent = payment?.text('payment_intent');
        return (one) => paymentIntent === undefined || one.payment.payment_intent === paymentIntent;
      },
    }),
  },
];

/** Without a word the list leaves out what has ended. */
function isStatus(subscription: Stripe.Subscription, status: string | undefined): boolean {
  if (status === 'all') return true;
  if (status === 'ended') return subscription.status === 'canceled';
  return status === undefined ? subscription.status !== 'canceled' : subscription.status === status;
}

function findSubscription(sandbox: Sandbox, id: string): Stripe.Subscription {
  const subscription = sandbox.store.get('subscription', id);
  if (subscription === undefined) throw noSuch('subscription', id);
  return subscription;
}

function findInvoice(sandbox: Sandbox, id: string): Stripe.Invoice {
  const invoice = sandbox.store.get('invoice', id);
  if (invoice === undefined) throw noSuch('invoice', id);
  return invoice;
}

export const prorations = ['always_invoice', 'create_prorations', 'none'] as const;

function updateSubscription(sandbox: Sandbox, { id, input, cause }: ApiCall): Stripe.Subscription {
  const subscription = findSubscription(sandbox, id);
  const isEnded = subscription.status === 'canceled';
  const hasMore = input.names().some((name) => !['metadata', 'cancellation_details', 'expand'].includes(name));
  const items = readItems(sandbox, subscription, input);
  const to = readChange(sandbox, subscription, input);
  const proration = input.choice('proration_behavior', prorations) ?? 'create_prorations';
  if ((input.text('payment_behavior') ?? 'allow_incomplete') !== 'allow_incomplete')
    throw notPlayed('payment_behavior');
  input.finish();
  if (isEnded && hasMore) {
    throw stateRefusal('A canceled subscription can only update its cancellation_details and metadata.');
  }
  return applyChange(sandbox, subscription, { items, proration, to, cause });
}

function readItems(sandbox: Sandbox, subscription: Stripe.Subscription, input: Parameters): ItemChange[] {
  return input.children('items', 20).map((given) => {
    const itemId = given.text('id');
    if (itemId === undefined) throw notPlayed(given.nameOf('id'));
    const item = subscription.items.data.find((one) => one.id === itemId);
    if (item === undefined) throw noSuch('subscription item', itemId, given.nameOf('id'));
    const priceId = given.text('price');
    const price = priceId === undefined ? null : findPrice(sandbox, priceId, given.nameOf('price'));
    if (price !== null && price.recurring === null) {
      throw invalidRequest(
        'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.',
        {
          param: given.nameOf('price'),
        },
      );
    }
    return { item, price, quantity: given.integer('quantity', { min: 0, max: 999_999 }) ?? null };
  });
}

function readChange(
  sandbox: Sandbox,
  subscription: Stripe.Subscription,
  input: Parameters,
): Partial<Stripe.Subscription> {
  const cancels = input.boolean('cancel_at_period_end');
  const paymentMethod = input.text('default_payment_method');
  if (paymentMethod !== undefined && sandbox.store.get('paymentMethod', paymentMethod) === undefined) {
    throw noSuch('PaymentMethod', paymentMethod, 'default_payment_method');
  }
  const description = input.unsettable('description', 500);
  const details = readDetails(input);
  return {
    metadata: input.metadata(subscription.metadata),
    ...(paymentMethod === undefined ? {} : { default_payment_method: paymentMethod }),
    ...(description === undefined ? {} : { description }),
    ...(cancels === undefined ? {} : periodEndCancellation(sandbox, subscription, cancels)),
    ...(details === null
      ? {}
      : { cancellation_details: { ...noDetails, ...subscription.cancellation_details, ...details } }),
  };
}

const noDetails = { comment: null, feedback: null, feedback_option: null, reason: null };
type Details = Partial<NonNullable<Stripe.Subscription['cancellation_details']>>;
const feedbacks = [
  'customer_service',
  'low_quality',
  'missing_features',
  'other',
  'switched_service',
  'too_complex',
  'too_expensive',
  'unused',
] as const;

function readDetails(input: Parameters): Details | null {
  const given = input.child('cancellation_details');
  if (given === undefined) return null;
  const comment = given.unsettable('comment', 5_000);
  const feedback = given.choice('feedback', feedbacks);
  return { ...(comment === undefined ? {} : { comment }), ...(feedback === undefined ? {} : { feedback }) };
}

/** Cancelled, but good until the period ends; or resumed. */
export function periodEndCancellation(
  sandbox: Sandbox,
  subscription: Stripe.Subscription,
  cancels: boolean,
): Partial<Stripe.Subscription> {
  const reason = cancels ? ('cancellation_requested' as const) : null;
  return {
    cancel_at_period_end: cancels,
    cancel_at: cancels ? periodOf(subscription).end : null,
    canceled_at: cancels ? nowSeconds(sandbox) : null,
    cancellation_details: { ...noDetails, ...subscription.cancellation_details, reason },
  };
}

function cancelSubscription(sandbox: Sandbox, { id, input, cause }: ApiCall): Stripe.Subscription {
  const subscription = findSubscription(sandbox, id);
  const isProrated = input.boolean('prorate') ?? false;
  const isInvoicedNow = input.boolean('invoice_now') ?? false;
  const details = readDetails(input) ?? {};
  input.finish();
  if (subscription.status === 'canceled') throw noSuch('subscription', id);
  if (isProrated) addPending(sandbox, id, unusedLines(sandbox, subscription));
  if (isInvoicedNow) bill(sandbox, subscription, takePending(sandbox, id));
  const current = findSubscription(sandbox, id);
  return endSubscription(sandbox, current, { reason: 'cancellation_requested', cause, ...details });
}

function payInvoice(sandbox: Sandbox, { id, input }: ApiCall): Stripe.Invoice {
  const invoice = findInvoice(sandbox, id);
  const paymentMethod = input.text('payment_method');
  if (paymentMethod !== undefined && sandbox.store.get('paymentMethod', paymentMethod) === undefined) {
    throw noSuch('PaymentMethod', paymentMethod, 'payment_method');
  }
  input.finish();
  if (invoice.status === 'paid') throw stateRefusal('Invoice is already paid', { code: 'invoice_already_paid' });
  if (invoice.status !== 'open') throw stateRefusal('This invoice is not open.', { code: 'invoice_not_editable' });
  if (collect(sandbox, id, paymentMethod)) return findInvoice(sandbox, id);
  const body = { type: 'card_error' as const, code: 'card_declined', message: 'Your card was declined.' };
  throw new StripeFailure(402, body, { isKept: true });
}

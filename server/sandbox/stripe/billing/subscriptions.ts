import type Stripe from 'stripe';

import {
  cycleLines,
  periodOf,
  subscriptionObject,
  type SubscriptionFacts,
} from '#server/sandbox/stripe/billing/subscription-objects.ts';
import { subscriptionOf, type InvoiceFacts, type LineFacts } from '#server/sandbox/stripe/billing/invoice-objects.ts';
import {
  attachPayment,
  collectInvoice,
  createInvoice,
  finalizeInvoice,
  finalizeLater,
  markPaid,
  type InvoiceEnds,
} from '#server/sandbox/stripe/billing/invoices.ts';
import { periodEnd } from '#server/sandbox/stripe/billing/periods.ts';
import { nowSeconds, ownDoing, type Cause, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import { idOf } from '#server/sandbox/stripe/state/identifiers.ts';

/** Lines that wait for the next invoice of a subscription. */
export interface PendingLines {
  subscription: string;
  lines: LineFacts[];
}

/** The first payment went through: the subscription begins, its first invoice is paid. */
export function startSubscription(
  sandbox: Sandbox,
  facts: SubscriptionFacts,
  paymentIntentId: string,
): { subscription: Stripe.Subscription; invoice: Stripe.Invoice } {
  const { store } = sandbox;
  const started = subscriptionObject(sandbox, facts);
  store.put('subscription', started.id, started);
  const invoice = billNow(sandbox, started, { reason: 'subscription_create', lines: cycleLines(sandbox, started) });
  attachPayment(sandbox, invoice, paymentIntentId);
  const paid = markPaid(sandbox, invoice);
  const subscription: Stripe.Subscription = { ...started, latest_invoice: paid.id };
  store.put('subscription', subscription.id, subscription);
  emitEvent(sandbox, { type: 'customer.subscription.created', object: subscription });
  sandbox.scheduler.planAt('renew_subscription', subscription.id, periodOf(subscription).end * 1_000);
  return { subscription, invoice: paid };
}

/** An invoice that is open at once. */
export function billNow(
  sandbox: Sandbox,
  subscription: Stripe.Subscription,
  { reason, lines }: Pick<InvoiceFacts, 'lines' | 'reason'>,
): Stripe.Invoice {
  const invoice = draft(sandbox, subscription, { reason, lines });
  return finalizeInvoice(sandbox, invoice.id) ?? invoice;
}

function draft(
  sandbox: Sandbox,
  subscription: Stripe.Subscription,
  facts: Pick<InvoiceFacts, 'lines' | 'reason'>,
): Stripe.Invoice {
  const customer = sandbox.store.get('customer', idOf(subscription.customer));
  if (customer === undefined) throw new Error(`subscription ${subscription.id} has no customer`);
  return createInvoice(sandbox, { ...facts, subscription, customer, period: periodOf(subscription) });
}

export function takePending(sandbox: Sandbox, subscriptionId: string): LineFacts[] {
  const pending = sandbox.store.get('pendingLines', subscriptionId);
  sandbox.store.remove('pendingLines', subscriptionId);
  return pending?.lines ?? [];
}

export function addPending(sandbox: Sandbox, subscriptionId: string, lines: LineFacts[]): void {
  const known = sandbox.store.get('pendingLines', subscriptionId)?.lines ?? [];
  sandbox.store.put('pendingLines', subscriptionId, { subscription: subscriptionId, lines: [...known, ...lines] });
}

/** The end of a period: the subscription ends, or the next period begins with a draft of its invoice. */
export function renewSubscription(sandbox: Sandbox, subscriptionId: string): void {
  const subscription = sandbox.store.get('subscription', subscriptionId);
  if (subscription === undefined || subscription.status === 'canceled') return;
  if (subscription.cancel_at_period_end) {
    endSubscription(sandbox, subscription, { reason: 'cancellation_requested' });
    return;
  }
  const next = withPeriodFrom(subscription, periodOf(subscription).end);
  const lines = [...takePending(sandbox, subscriptionId), ...cycleLines(sandbox, next)];
  const invoice = draft(sandbox, next, { reason: 'subscription_cycle', lines });
  finalizeLater(sandbox, invoice);
  changeSubscription(sandbox, subscription, { to: { items: next.items, latest_invoice: invoice.id } });
  sandbox.scheduler.planAt('renew_subscription', subscriptionId, periodOf(next).end * 1_000);
}

export function withPeriodFrom(subscription: Stripe.Subscription, start: number): Stripe.Subscription {
  const data = subscription.items.data.map((item) => ({
    ...item,
    current_period_start: start,
    current_period_end: periodEnd(start, item.price.recurring, subscription.billing_cycle_anchor),
  }));
  return { ...subscription, items: { ...subscription.items, data } };
}

export function finalizeAndCollect(sandbox: Sandbox, invoiceId: string): void {
  if (finalizeInvoice(sandbox, invoiceId) !== null) collect(sandbox, invoiceId);
}

/** Tries the saved card; the invoice tells its subscription how it ended. */
export function collect(sandbox: Sandbox, invoiceId: string, paymentMethodId?: string): boolean {
  const { store } = sandbox;
  const invoice = store.get('invoice', invoiceId);
  const subscription = store.get('subscription', invoice === undefined ? '' : subscriptionOf(invoice));
  const customer = store.get('customer', idOf(invoice?.customer));
  const saved = idOf(subscription?.default_payment_method) || idOf(customer?.invoice_settings.default_payment_method);
  return collectInvoice(sandbox, invoiceId, {
    paymentMethod: store.get('paymentMethod', paymentMethodId ?? saved),
    ends,
  });
}

const ends: InvoiceEnds = {
  paid: (sandbox, invoice) => {
    const subscription = sandbox.store.get('subscription', subscriptionOf(invoice));
    if (subscription?.status === 'past_due') changeSubscription(sandbox, subscription, { to: { status: 'active' } });
  },
  failed: (sandbox, invoice, isLast) => {
    const subscription = sandbox.store.get('subscription', subscriptionOf(invoice));
    if (subscription === undefined || subscription.status === 'canceled') return;
    if (isLast) endSubscription(sandbox, subscription, { reason: 'payment_failed' });
    else if (subscription.status === 'active') {
      changeSubscription(sandbox, subscription, { to: { status: 'past_due' } });
    }
  },
};

export function changeSubscription(
  sandbox: Sandbox,
  subscription: Stripe.Subscription,
  { to, cause = ownDoing }: { to: Partial<Stripe.Subscription>; cause?: Cause },
): Stripe.Subscription {
  const changed = { ...subscription, ...to };
  const names = Object.keys(to) as (keyof Stripe.Subscription)[];
  const previous = Object.fromEntries(names.map((name) => [name, subscription[name]]));
  sandbox.store.put('subscription', subscription.id, changed);
  emitEvent(sandbox, { type: 'customer.subscription.updated', object: changed, previous, cause });
  return changed;
}

export interface EndFacts {
  reason: NonNullable<Stripe.Subscription['cancellation_details']>['reason'];
  comment?: string | null;
  feedback?: NonNullable<Stripe.Subscription['cancellation_details']>['feedback'];
  cause?: Cause;
}

/** Nothing brings an ended subscription back. */
export function endSubscription(
  sandbox: Sandbox,
  subscription: Stripe.Subscription,
  facts: EndFacts,
): Stripe.Subscription {
  const now = nowSeconds(sandbox);
  sandbox.scheduler.cancel('renew_subscription', subscription.id);
  sandbox.scheduler.cancel('retry_invoice', idOf(subscription.latest_invoice));
  const ended: Stripe.Subscription = {
    ...subscription,
    canceled_at: subscription.canceled_at ?? now,
    cancellation_details: {
      feedback_option: null,
      ...subscription.cancellation_details,
      comment: facts.comment ?? subscription.cancellation_details?.comment ?? null,
      feedback: facts.feedback ?? subscription.cancellation_details?.feedback ?? null,
      reason: facts.reason,
    },
    ended_at: now,
    status: 'canceled',
  };
  sandbox.store.put('subscription', ended.id, ended);
  emitEvent(sandbox, { type: 'customer.subscription.deleted', object: ended, cause: facts.cause ?? ownDoing });
  return ended;
}

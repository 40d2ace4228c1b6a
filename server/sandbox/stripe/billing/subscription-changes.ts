import type Stripe from 'stripe';

import type { WirePrice } from '#server/sandbox/stripe/billing/catalogue.ts';
import type { LineFacts } from '#server/sandbox/stripe/billing/invoice-objects.ts';
import { shareOfRest } from '#server/sandbox/stripe/billing/periods.ts';
import {
  cycleLines,
  itemCents,
  lineOf,
  periodOf,
  priced,
  productName,
} from '#server/sandbox/stripe/billing/subscription-objects.ts';
import {
  addPending,
  billNow,
  changeSubscription,
  collect,
  takePending,
  withPeriodFrom,
} from '#server/sandbox/stripe/billing/subscriptions.ts';
import { nowSeconds, type Cause, type Sandbox } from '#server/sandbox/stripe/context.ts';

export type ProrationBehavior = 'always_invoice' | 'create_prorations' | 'none';

export interface ItemChange {
  item: Stripe.SubscriptionItem;
  price: WirePrice | null;
  quantity: number | null;
}

export interface SubscriptionChange {
  items: ItemChange[];
  proration: ProrationBehavior;
  to: Partial<Stripe.Subscription>;
  cause?: Cause;
}

/** Another plan or quantity, with what is not used credited and the rest of the period charged. */
export function applyChange(
  sandbox: Sandbox,
  subscription: Stripe.Subscription,
  change: SubscriptionChange,
): Stripe.Subscription {
  const { proration, to, cause } = change;
  const how = cause === undefined ? {} : { cause };
  if (change.items.length === 0) return changeSubscription(sandbox, subscription, { to, ...how });
  const items = subscription.items.data.map((item) => changedItem(item, change.items));
  const isNewCycle = items.some((item, index) => intervalOf(item) !== intervalOf(subscription.items.data[index]));
  const prorated = proration === 'none' ? [] : proratedLines(sandbox, subscription, { items, isNewCycle });
  const repriced: Stripe.Subscription = { ...subscription, ...to, items: { ...subscription.items, data: items } };
  if (isNewCycle) return restart(sandbox, subscription, { repriced, lines: prorated, ...how });
  const changed = changeSubscription(sandbox, subscription, { to: { ...to, items: repriced.items }, ...how });
  if (prorated.length === 0) return changed;
  if (proration === 'create_prorations') {
    addPending(sandbox, subscription.id, prorated);
    return changed;
  }
  return bill(sandbox, changed, [...takePending(sandbox, subscription.id), ...prorated]);
}

function changedItem(item: Stripe.SubscriptionItem, changes: ItemChange[]): Stripe.SubscriptionItem {
  const change = changes.find((one) => one.item.id === item.id);
  if (change === undefined) return item;
  return {
    ...item,
    ...(change.price === null ? {} : priced(change.price)),
    quantity: change.quantity ?? item.quantity ?? 1,
  };
}

function intervalOf(item: Stripe.SubscriptionItem | undefined): string {
  return `${item?.price.recurring?.interval ?? ''} ${String(item?.price.recurring?.interval_count ?? 1)}`;
}

function proratedLines(
  sandbox: Sandbox,
  subscription: Stripe.Subscription,
  { items, isNewCycle }: { items: Stripe.SubscriptionItem[]; isNewCycle: boolean },
): LineFacts[] {
  const now = nowSeconds(sandbox);
  const rest = { now, ...periodOf(subscription) };
  return subscription.items.data.flatMap((before, index) => {
    const after = items[index];
    if (after === undefined || (after.price.id === before.price.id && after.quantity === before.quantity)) return [];
    const line = (item: Stripe.SubscriptionItem, cents: number, what: string): LineFacts => ({
      ...lineOf(item, subscription.id),
      amountCents: cents,
      description: `${what} time on ${productName(sandbox, item)}`,
      period: { start: now, end: rest.end },
      isProration: true,
    });
    const credit = line(before, -shareOfRest(itemCents(before), rest), 'Unused');
    return isNewCycle ? [credit] : [credit, line(after, shareOfRest(itemCents(after), rest), 'Remaining')];
  });
}

/** Another interval begins a new cycle now, and is billed now. */
function restart(
  sandbox: Sandbox,
  subscription: Stripe.Subscription,
  { repriced, lines, cause }: { repriced: Stripe.Subscription; lines: LineFacts[]; cause?: Cause },
): Stripe.Subscription {
  const now = nowSeconds(sandbox);
  const next = withPeriodFrom({ ...repriced, billing_cycle_anchor: now }, now);
  const changed = changeSubscription(sandbox, subscription, { to: next, ...(cause === undefined ? {} : { cause }) });
  sandbox.scheduler.cancel('renew_subscription', subscription.id);
  sandbox.scheduler.planAt('renew_subscription', subscription.id, periodOf(next).end * 1_000);
  return bill(sandbox, changed, [...takePending(sandbox, subscription.id), ...lines, ...cycleLines(sandbox, next)]);
}

/** Bills lines now and tries the saved card at once. */
export function bill(sandbox: Sandbox, subscription: Stripe.Subscription, lines: LineFacts[]): Stripe.Subscription {
  const invoice = billNow(sandbox, subscription, { reason: 'subscription_update', lines });
  const billed = { ...subscription, latest_invoice: invoice.id };
  sandbox.store.put('subscription', subscription.id, billed);
  collect(sandbox, invoice.id);
  return sandbox.store.get('subscription', subscription.id) ?? billed;
}

/** What is left of every item, as credits. */
export function unusedLines(sandbox: Sandbox, subscription: Stripe.Subscription): LineFacts[] {
  const now = nowSeconds(sandbox);
  const period = periodOf(subscription);
  return subscription.items.data.map((item) => ({
    ...lineOf(item, subscription.id),
    amountCents: -shareOfRest(itemCents(item), { now, ...period }),
    description: `Unused time on ${productName(sandbox, item)}`,
    period: { start: now, end: period.end },
    isProration: true,
  }));
}

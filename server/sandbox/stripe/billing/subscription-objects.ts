import type Stripe from 'stripe';

import type { WirePrice } from '#server/sandbox/stripe/billing/catalogue.ts';
import type { LineFacts } from '#server/sandbox/stripe/billing/invoice-objects.ts';
import { periodEnd } from '#server/sandbox/stripe/billing/periods.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { idOf, newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';

export interface SubscriptionFacts {
  customer: string;
  paymentMethod: string;
  items: { price: WirePrice; quantity: number }[];
  description: string | null;
  metadata: Record<string, string>;
}

export function subscriptionObject(sandbox: Sandbox, facts: SubscriptionFacts): Stripe.Subscription {
  const id = newIdentifier('subscription');
  const created = nowSeconds(sandbox);
  return {
    ...subscriptionBlanks,
    id,
    object: 'subscription',
    billing_cycle_anchor: created,
    created,
    customer: facts.customer,
    default_payment_method: facts.paymentMethod,
    description: facts.description,
    items: {
      object: 'list',
      data: facts.items.map((item) =>
        itemObject(sandbox, { ...item, subscription: id, start: created, anchor: created }),
      ),
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    latest_invoice: null,
    metadata: facts.metadata,
    start_date: created,
    status: 'active',
  };
}

const subscriptionBlanks = {
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: null, type: 'flexible' },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
  collection_method: 'charge_automatically',
  currency: 'usd',
  customer_account: null,
  days_until_due: null,
  default_source: null,
  default_tax_rates: [],
  discounts: [],
  ended_at: null,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: 'self' },
  },
  livemode: false,
  managed_payments: null,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  payment_settings: {
    payment_method_options: null,
    payment_method_types: ['card'],
    save_default_payment_method: 'off',
  },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  test_clock: null,
  transfer_data: null,
  trial_end: null,
  trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
  trial_start: null,
} satisfies Partial<Stripe.Subscription>;

interface ItemFacts {
  price: WirePrice;
  quantity: number;
  subscription: string;
  start: number;
  anchor: number;
}

function itemObject(
  sandbox: Sandbox,
  { price, quantity, subscription, start, anchor }: ItemFacts,
): Stripe.SubscriptionItem {
  return {
    id: newIdentifier('subscriptionItem'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: nowSeconds(sandbox),
    current_period_end: periodEnd(start, price.recurring, anchor),
    current_period_start: start,
    current_trial: null,
    discounts: [],
    metadata: {},
    ...priced(price),
    quantity,
    subscription,
    tax_rates: [],
  };
}

/** The price of an item, with the older `plan` beside it that Stripe still sends. */
export function priced(price: WirePrice): Pick<Stripe.SubscriptionItem, 'plan' | 'price'> {
  const plan = {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: 'per_unit',
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: price.metadata,
    meter: null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
  return { plan: plan as unknown as Stripe.Plan, price: price as unknown as Stripe.Price };
}

export function itemCents(item: Stripe.SubscriptionItem): number {
  return (item.price.unit_amount ?? 0) * (item.quantity ?? 1);
}

/** What a whole period of every item costs. */
export function cycleLines(sandbox: Sandbox, subscription: Stripe.Subscription): LineFacts[] {
  return subscription.items.data.map((item) => ({
    ...lineOf(item, subscription.id),
    amountCents: itemCents(item),
    description: `${String(item.quantity ?? 1)} × ${productName(sandbox, item)}`,
    isProration: false,
  }));
}

export function lineOf(
  item: Stripe.SubscriptionItem,
  subscription: string,
): Omit<LineFacts, 'amountCents' | 'description' | 'isProration'> {
  return {
    priceId: item.price.id,
    productId: idOf(item.price.product),
    quantity: item.quantity ?? 1,
    period: { start: item.current_period_start, end: item.current_period_end },
    subscription,
    subscriptionItem: item.id,
  };
}

export function productName(sandbox: Sandbox, item: Stripe.SubscriptionItem): string {
  return sandbox.store.get('product', idOf(item.price.product))?.name ?? 'Subscription';
}

/** The period that all items share. */
export function periodOf(subscription: Stripe.Subscription): { start: number; end: number } {
  const [item] = subscription.items.data;
  return { start: item?.current_period_start ?? 0, end: item?.current_period_end ?? 0 };
}

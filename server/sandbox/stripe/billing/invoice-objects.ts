import type Stripe from 'stripe';

import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';

export interface LineFacts {
  amountCents: number;
  description: string;
  priceId: string;
  productId: string;
  quantity: number;
  period: { start: number; end: number };
  subscription: string;
  subscriptionItem: string;
  isProration: boolean;
}

export interface InvoiceFacts {
  subscription: Stripe.Subscription;
  customer: Stripe.Customer;
  reason: 'subscription_create' | 'subscription_cycle' | 'subscription_update';
  lines: LineFacts[];
  period: { start: number; end: number };
}

/** A draft; the balance of the customer is applied when it is finalized. */
export function invoiceObject(sandbox: Sandbox, facts: InvoiceFacts): Stripe.Invoice {
  const { subscription, customer } = facts;
  const id = newIdentifier('invoice');
  const total = facts.lines.reduce((sum, line) => sum + line.amountCents, 0);
  const created = nowSeconds(sandbox);
  return {
    ...invoiceBlanks,
    id,
    object: 'invoice',
    amount_due: Math.max(total, 0),
    amount_paid: 0,
    amount_remaining: Math.max(total, 0),
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatically_finalizes_at: null,
    billing_reason: facts.reason,
    created,
    customer: customer.id,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    default_payment_method: null,
    effective_at: null,
    ending_balance: null,
    lines: {
      object: 'list',
      data: facts.lines.map((line) => lineObject(id, line)),
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
    },
    metadata: {},
    next_payment_attempt: null,
    number: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: 'subscription_details',
    },
    period_end: facts.period.end,
    period_start: facts.period.start,
    starting_balance: customer.balance,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_excluding_tax: total,
    webhooks_delivered_at: created,
  };
}

const invoiceBlanks = {
  account_country: 'US',
  account_name: 'CASCADE',
  account_tax_ids: null,
  amount_overpaid: 0,
  amount_shipping: 0,
  application: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  collection_method: 'charge_automatically',
  currency: 'usd',
  custom_fields: null,
  customer_account: null,
  customer_address: null,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: 'none',
  customer_tax_ids: [],
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  due_date: null,
  footer: null,
  from_invoice: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  issuer: { type: 'self' },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  on_behalf_of: null,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  statement_descriptor: null,
  test_clock: null,
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  total_taxes: [],
} satisfies Partial<Stripe.Invoice>;

function lineObject(invoice: string, line: LineFacts): Stripe.InvoiceLineItem {
  return {
    id: newIdentifier('invoiceLine'),
    object: 'line_item',
    amount: line.amountCents,
    currency: 'usd',
    description: line.description,
    discount_amounts: [],
    discountable: !line.isProration,
    discounts: [],
    invoice,
    livemode: false,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: line.isProration,
        proration_details: null,
        subscription: line.subscription,
        subscription_item: line.subscriptionItem,
      },
      type: 'subscription_item_details',
    },
    period: line.period,
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: line.priceId, product: line.productId },
      type: 'price_details',
      unit_amount_decimal: null,
    },
    quantity: line.quantity,
    quantity_decimal: null,
    subscription: line.subscription,
    subtotal: line.amountCents,
    taxes: [],
  };
}

export function invoicePaymentObject(
  sandbox: Sandbox,
  invoice: Stripe.Invoice,
  paymentIntentId: string,
): Stripe.InvoicePayment {
  return {
    id: newIdentifier('invoicePayment'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: nowSeconds(sandbox),
    currency: 'usd',
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: paymentIntentId, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
}

export function subscriptionOf(invoice: Stripe.Invoice): string {
  const subscription = invoice.parent?.subscription_details?.subscription;
  return typeof subscription === 'string' ? subscription : '';
}

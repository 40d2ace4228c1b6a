import type Stripe from 'stripe';

import type { WirePrice } from '#server/sandbox/stripe/billing/catalogue.ts';
import type { PortalRecord } from '#server/sandbox/stripe/billing/portal.ts';
import type { PendingLines } from '#server/sandbox/stripe/billing/subscriptions.ts';
import type { CheckoutRecord } from '#server/sandbox/stripe/checkout/checkout-record.ts';
import type { OnboardingRecord } from '#server/sandbox/stripe/connect/onboarding.ts';
import type { ChaosRecord } from '#server/sandbox/stripe/state/chaos.ts';
import type { DeliveryRecord, EventRecord } from '#server/sandbox/stripe/state/events.ts';
import type { Task } from '#server/sandbox/stripe/state/scheduler.ts';
import type { IdempotencyRecord } from '#server/sandbox/stripe/wire/idempotency.ts';

/** Everything the sandbox remembers, by kind. */
export interface Records {
  customer: Stripe.Customer;
  checkout: CheckoutRecord;
  paymentIntent: Stripe.PaymentIntent;
  paymentMethod: Stripe.PaymentMethod;
  charge: Stripe.Charge;
  refund: Stripe.Refund;
  dispute: Stripe.Dispute;
  review: Stripe.Review;
  earlyFraudWarning: Stripe.Radar.EarlyFraudWarning;
  account: Stripe.Account;
  product: Stripe.Product;
  price: WirePrice;
  subscription: Stripe.Subscription;
  pendingLines: PendingLines;
  invoice: Stripe.Invoice;
  invoicePayment: Stripe.InvoicePayment;
  portalConfiguration: Stripe.BillingPortal.Configuration;
  portalSession: PortalRecord;
  bankAccount: Stripe.BankAccount;
  onboarding: OnboardingRecord;
  transfer: Stripe.Transfer;
  payout: Stripe.Payout;
  payoutContents: PayoutContents;
  balanceTransaction: Stripe.BalanceTransaction;
  event: EventRecord;
  delivery: DeliveryRecord;
  idempotency: IdempotencyRecord;
  task: Task;
  chaos: ChaosRecord;
}

/** The balance transactions that an automatic payout paid out. */
export interface PayoutContents {
  payout: string;
  transactions: string[];
}

export type RecordKind = keyof Records;

interface KindRules<T> {
  /** The oldest records beyond this count are forgotten, so that the state stays bounded. */
  limit: number;
  /** Kinds that the API lists, and the fields by which their lists are found without a scan. */
  listed?: { created: (record: T) => number; fields: Record<string, (record: T) => unknown> };
}

interface Created {
  created: number;
}

function by<T extends Created>(...names: (keyof T & string)[]): NonNullable<KindRules<T>['listed']> {
  const fields = Object.fromEntries(names.map((name) => [name, (record: T): unknown => record[name]]));
  return { created: (record) => record.created, fields };
}

const many = 1_000_000;

/** Balance transactions are never forgotten: whoever reconciles must reach the first one. */
export const kindRules: { [K in RecordKind]: KindRules<Records[K]> } = {
  customer: { limit: many, listed: by('email') },
  checkout: {
    limit: many,
    listed: {
      created: ({ session }) => session.created,
      fields: {
        customer: ({ session }) => session.customer,
        payment_intent: ({ session }) => session.payment_intent,
        status: ({ session }) => session.status,
        subscription: ({ session }) => session.subscription,
      },
    },
  },
  paymentIntent: { limit: many, listed: by('customer') },
  paymentMethod: { limit: many, listed: by('customer', 'type') },
  charge: { limit: many, listed: by('customer', 'payment_intent', 'transfer_group') },
  refund: { limit: many, listed: by('charge', 'payment_intent') },
  dispute: { limit: many, listed: by('charge', 'payment_intent') },
  review: { limit: many, listed: by('charge') },
  earlyFraudWarning: { limit: many, listed: by('charge', 'payment_intent') },
  account: { limit: many, listed: { created: ({ created = 0 }) => created, fields: {} } },
  product: { limit: many, listed: by() },
  price: { limit: many, listed: by('product', 'type', 'currency', 'lookup_key') },
  subscription: { limit: many, listed: by('customer') },
  pendingLines: { limit: many },
  invoice: { limit: many, listed: by('customer', 'status') },
  invoicePayment: { limit: many, listed: by('invoice', 'status') },
  portalConfiguration: { limit: 10_000, listed: by() },
  portalSession: { limit: 10_000 },
  bankAccount: { limit: many, listed: { created: () => 0, fields: {} } },
  onboarding: { limit: 10_000 },
  transfer: { limit: many, listed: by('destination', 'transfer_group', 'source_transaction') },
  payout: { limit: many, listed: by('destination', 'status') },
  payoutContents: { limit: many },
  balanceTransaction: { limit: Infinity, listed: by('type', 'source', 'currency') },
  event: { limit: 200_000, listed: by('type') },
  delivery: { limit: 200_000 },
  idempotency: { limit: 200_000 },
  task: { limit: many },
  chaos: { limit: 1 },
};
export const recordKinds = Object.keys(kindRules) as RecordKind[];

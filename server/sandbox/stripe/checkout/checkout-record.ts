import type Stripe from 'stripe';

import type { WirePrice } from '#server/sandbox/stripe/billing/catalogue.ts';

export type WireLineItem = Omit<Stripe.LineItem, 'price'> & { price: WirePrice };

export interface LineItemView {
  item: WireLineItem;
  productName: string;
  productDescription: string | null;
}

/** A checkout session with what the hosted page needs beside it. */
export interface CheckoutRecord {
  id: string;
  session: Stripe.Checkout.Session;
  lineItems: LineItemView[];
  paymentIntentData: PaymentIntentData;
  /** Set when the payer first confirms; the session of a subscription does not show it. */
  paymentIntentId: string | null;
  subscriptionData: SubscriptionData | null;
  /** What the payer typed last, without the card. */
  payer: { email: string; name: string };
  lastError: PayerError | null;
  /** Set while the 3-D Secure page is open. */
  challenge: { paymentMethodId: string } | null;
}

export interface PaymentIntentData {
  description: string | null;
  metadata: Record<string, string>;
  receiptEmail: string | null;
  statementDescriptorSuffix: string | null;
}

export interface SubscriptionData {
  description: string | null;
  metadata: Record<string, string>;
}

export interface PayerError {
  field: 'email' | 'accountNumber' | 'cardNumber' | 'cardExpiry' | 'cardCvc' | 'billingName' | 'payment';
  message: string;
}

import { createHash } from 'node:crypto';

import type Stripe from 'stripe';

import type { TestCard } from '#server/sandbox/stripe/cards.ts';
import type { CheckoutRecord } from '#server/sandbox/stripe/checkout-record.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { newIdentifier } from '#server/sandbox/stripe/identifiers.ts';

export interface CardExpiry {
  month: number;
  year: number;
}

/** The shapes of the objects a payment leaves behind, as Stripe documents them. */
export function paymentMethodObject(
  sandbox: Sandbox,
  checkout: CheckoutRecord,
  card: TestCard & CardExpiry,
): Stripe.PaymentMethod {
  return {
    id: newIdentifier('paymentMethod'),
    object: 'payment_method',
    allow_redisplay: 'limited',
    billing_details: billingDetails(checkout),
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: card.brand,
      exp_month: card.month,
      exp_year: card.year,
      fingerprint: createHash('sha256').update(card.number).digest('base64url').slice(0, 16),
      funding: 'credit',
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: nowSeconds(sandbox.store),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}

function billingDetails(checkout: CheckoutRecord): Stripe.PaymentMethod.BillingDetails {
  return { address: null, email: checkout.payer.email, name: checkout.payer.name, phone: null, tax_id: null };
}

export function paymentIntentObject(sandbox: Sandbox, checkout: CheckoutRecord): Stripe.PaymentIntent {
  const { session, paymentIntentData } = checkout;
  const id = newIdentifier('paymentIntent');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: session.amount_total ?? 0,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${newIdentifier('fingerprint')}`,
    confirmation_method: 'automatic',
    created: nowSeconds(sandbox.store),
    currency: session.currency ?? 'usd',
    customer: session.customer,
    customer_account: null,
    description: paymentIntentData.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: paymentIntentData.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: paymentIntentData.receiptEmail,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: paymentIntentData.statementDescriptorSuffix,
    status: 'requires_payment_method',
    transfer_group: null,
  };
}

export interface ChargeFacts {
  paymentIntent: Stripe.PaymentIntent;
  paymentMethod: Stripe.PaymentMethod;
  outcome: Stripe.Charge.Outcome;
  failure: { code: string; message: string } | null;
  authenticated: boolean;
}

export function chargeObject(sandbox: Sandbox, facts: ChargeFacts): Stripe.Charge {
  const { paymentIntent, paymentMethod, failure } = facts;
  const isPaid = failure === null;
  return {
    id: newIdentifier('charge'),
    object: 'charge',
    amount: paymentIntent.amount,
    amount_captured: isPaid ? paymentIntent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: paymentMethod.billing_details,
    calculated_statement_descriptor: 'CASCADE SANDBOX',
    captured: isPaid,
    created: nowSeconds(sandbox.store),
    currency: paymentIntent.currency,
    customer: paymentIntent.customer,
    description: paymentIntent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: paymentIntent.metadata,
    on_behalf_of: null,
    outcome: facts.outcome,
    paid: isPaid,
    payment_intent: paymentIntent.id,
    payment_method: paymentMethod.id,
    payment_method_details: { type: 'card', card: cardDetails(facts) },
    receipt_email: paymentIntent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: paymentIntent.statement_descriptor_suffix,
    status: isPaid ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  };
}

function cardDetails({
  paymentIntent,
  paymentMethod,
  authenticated,
  failure,
}: ChargeFacts): Stripe.Charge.PaymentMethodDetails.Card {
  const card = paymentMethod.card;
  return {
    amount_authorized: failure === null ? paymentIntent.amount : null,
    authorization_code: null,
    brand: card?.brand ?? null,
    checks: card?.checks ?? null,
    country: card?.country ?? null,
    electronic_commerce_indicator: null,
    exp_month: card?.exp_month ?? 0,
    exp_year: card?.exp_year ?? 0,
    fingerprint: card?.fingerprint ?? null,
    funding: card?.funding ?? null,
    installments: null,
    last4: card?.last4 ?? null,
    mandate: null,
    network: card?.brand ?? null,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: authenticated
      ? {
          authentication_flow: 'challenge',
          electronic_commerce_indicator: '05',
          exemption_indicator: null,
          result: 'authenticated',
          result_reason: null,
          transaction_id: null,
          version: '2.2.0',
        }
      : null,
    transaction_link_id: null,
    wallet: null,
  };
}

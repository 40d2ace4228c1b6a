import type Stripe from 'stripe';

import { testRoutingNumber } from '#server/sandbox/stripe/checkout/bank-accounts.ts';
import { findTestCard, fingerprintOf } from '#server/sandbox/stripe/checkout/cards.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';

export interface CardExpiry {
  month: number;
  year: number;
}

export interface Payer {
  email: string;
  name: string;
}

/** What the payer pays with: a card, or a US bank account that is debited. */
export type Instrument = ({ kind: 'card'; number: string } & CardExpiry) | { kind: 'us_bank_account'; number: string };

/** The shapes of the objects a payment leaves behind, as Stripe documents them. */
export function paymentMethodObject(sandbox: Sandbox, payer: Payer, instrument: Instrument): Stripe.PaymentMethod {
  return {
    id: newIdentifier('paymentMethod'),
    object: 'payment_method',
    allow_redisplay: 'limited',
    billing_details: { address: null, email: payer.email, name: payer.name, phone: null, tax_id: null },
    created: nowSeconds(sandbox),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    ...(instrument.kind === 'card'
      ? { type: 'card', card: savedCard(instrument) }
      : { type: 'us_bank_account', us_bank_account: savedBankAccount(instrument.number) }),
  };
}

function savedCard({ number, month, year }: { number: string } & CardExpiry): Stripe.PaymentMethod.Card {
  const { brand } = findTestCard(number);
  return {
    brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    display_brand: brand,
    exp_month: month,
    exp_year: year,
    fingerprint: fingerprintOf(number),
    funding: 'credit',
    generated_from: null,
    last4: number.slice(-4),
    networks: { available: [brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}

function savedBankAccount(number: string): Stripe.PaymentMethod.UsBankAccount {
  return {
    account_holder_type: 'individual',
    account_type: 'checking',
    bank_name: 'STRIPE TEST BANK',
    financial_connections_account: null,
    fingerprint: fingerprintOf(number),
    last4: number.slice(-4),
    networks: { preferred: 'ach', supported: ['ach'] },
    routing_number: testRoutingNumber,
    status_details: {},
  };
}

export interface IntentFacts {
  amountCents: number;
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
  receiptEmail: string | null;
  statementDescriptorSuffix: string | null;
  paymentMethodTypes: string[];
  setupFutureUsage: 'off_session' | null;
}

export function paymentIntentObject(sandbox: Sandbox, facts: IntentFacts): Stripe.PaymentIntent {
  const id = newIdentifier('paymentIntent');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: facts.amountCents,
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
    created: nowSeconds(sandbox),
    currency: 'usd',
    customer: facts.customer,
    customer_account: null,
    description: facts.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: facts.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: facts.paymentMethodTypes,
    payment_record: null,
    processing: null,
    receipt_email: facts.receiptEmail,
    review: null,
    setup_future_usage: facts.setupFutureUsage,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: facts.statementDescriptorSuffix,
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
  /** A debit of a bank account takes days. */
  isPending: boolean;
}

/** What most charges leave open. */
export const chargeBlanks = {
  amount_refunded: 0,
  application: null,
  application_fee: null,
  application_fee_amount: null,
  calculated_statement_descriptor: 'CASCADE SANDBOX',
  disputed: false,
  failure_balance_transaction: null,
  fraud_details: {},
  livemode: false,
  on_behalf_of: null,
  receipt_number: null,
  receipt_url: null,
  refunded: false,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  transfer_data: null,
  transfer_group: null,
} satisfies Partial<Stripe.Charge>;

export function chargeObject(sandbox: Sandbox, facts: ChargeFacts): Stripe.Charge {
  const { paymentIntent, paymentMethod, failure, isPending } = facts;
  const isPaid = failure === null && !isPending;
  return {
    ...chargeBlanks,
    id: newIdentifier(paymentMethod.card === undefined ? 'bankCharge' : 'charge'),
    object: 'charge',
    amount: paymentIntent.amount,
    amount_captured: failure === null ? paymentIntent.amount : 0,
    balance_transaction: null,
    billing_details: paymentMethod.billing_details,
    captured: failure === null,
    created: nowSeconds(sandbox),
    currency: paymentIntent.currency,
    customer: paymentIntent.customer,
    description: paymentIntent.description,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    metadata: paymentIntent.metadata,
    outcome: facts.outcome,
    paid: isPaid,
    payment_intent: paymentIntent.id,
    payment_method: paymentMethod.id,
    payment_method_details: methodDetails(facts),
    receipt_email: paymentIntent.receipt_email,
    statement_descriptor_suffix: paymentIntent.statement_descriptor_suffix,
    status: isPending ? 'pending' : isPaid ? 'succeeded' : 'failed',
  };
}

function methodDetails(facts: ChargeFacts): Stripe.Charge.PaymentMethodDetails {
  const account = facts.paymentMethod.us_bank_account;
  if (account === undefined) return { type: 'card', card: cardDetails(facts) };
  return {
    type: 'us_bank_account',
    us_bank_account: {
      account_holder_type: account.account_holder_type,
      account_type: account.account_type,
      bank_name: account.bank_name,
      fingerprint: account.fingerprint,
      last4: account.last4,
      payment_reference: null,
      routing_number: account.routing_number,
    },
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

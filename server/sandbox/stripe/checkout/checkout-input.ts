import {
  checkPrices,
  keepLineItem,
  readLineItem,
  type ReadLineItem,
} from '#server/sandbox/stripe/checkout/line-items.ts';
import { findCustomer } from '#server/sandbox/stripe/checkout/customers.ts';
import type {
  LineItemView,
  PaymentIntentData,
  SubscriptionData,
} from '#server/sandbox/stripe/checkout/checkout-record.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { invalidRequest, missingParameter, notPlayed } from '#server/sandbox/stripe/wire/errors.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';

/** Stripe's limits for a session: 30 minutes to 24 hours, and 24 hours when nothing is said. */
const expiryMinSeconds = 30 * 60;
const expiryMaxSeconds = 24 * 3_600;
const expirySlackSeconds = 60;
const lineItemsMax = 100;
const totalMinCents = 50;
const totalMaxCents = 99_999_999;

const locales = ['auto', 'de', 'en', 'en-GB', 'es', 'fr', 'it'] as const;
const submitTypes = ['auto', 'book', 'donate', 'pay'] as const;

export interface CheckoutInput {
  mode: 'payment' | 'subscription';
  lineItems: LineItemView[];
  totalCents: number;
  successUrl: string;
  cancelUrl: string | null;
  clientReferenceId: string | null;
  customer: string | null;
  customerEmail: string | null;
  expiresAt: number;
  locale: (typeof locales)[number] | null;
  submitType: (typeof submitTypes)[number] | null;
  metadata: Record<string, string>;
  paymentIntentData: PaymentIntentData;
  subscriptionData: SubscriptionData | null;
  paymentMethodTypes: PlayedMethod[];
}

/** Reads and checks the parameters of `POST /v1/checkout/sessions` as strictly as Stripe does. */
export function readCheckoutInput(sandbox: Sandbox, input: Parameters): CheckoutInput {
  const mode = readMode(input);
  const given = input.children('line_items', lineItemsMax).map((item) => readLineItem(sandbox, item));
  if (given.length === 0) throw missingParameter('line_items');
  checkPrices(mode, given);
  const customer = input.text('customer') ?? null;
  if (customer !== null) findCustomer(sandbox, customer, 'customer');
  const customerEmail = input.email('customer_email') ?? null;
  if (customer !== null && customerEmail !== null) {
    throw invalidRequest('You may only specify one of these parameters: customer, customer_email.', {
      param: 'customer',
    });
  }
  const successUrl = input.url('success_url');
  if (successUrl === undefined) throw missingParameter('success_url');
  const read: CheckoutInput = {
    mode,
    lineItems: [],
    totalCents: totalOf(given),
    successUrl,
    cancelUrl: input.url('cancel_url') ?? null,
    clientReferenceId: input.text('client_reference_id', 200) ?? null,
    customer,
    customerEmail,
    expiresAt: readExpiry(sandbox, input),
    locale: input.choice('locale', locales) ?? null,
    submitType: input.choice('submit_type', submitTypes) ?? null,
    metadata: input.metadata(),
    paymentIntentData: readPaymentIntentData(input.child('payment_intent_data')),
    subscriptionData: readSubscriptionData(input.child('subscription_data')),
    paymentMethodTypes: readMethods(sandbox, input),
  };
  const otherData = mode === 'payment' ? 'subscription_data' : 'payment_intent_data';
  if (input.has(otherData)) {
    throw invalidRequest(`You can not pass \`${otherData}\` in \`${mode}\` mode.`, { param: otherData });
  }
  input.finish();
  return { ...read, lineItems: given.map((item) => keepLineItem(sandbox, item)) };
}

function readMode(input: Parameters): CheckoutInput['mode'] {
  const mode = input.choice('mode', ['payment', 'setup', 'subscription']);
  if (mode === undefined) throw missingParameter('mode');
  if (mode === 'setup') throw notPlayed('mode');
  const uiMode = input.choice('ui_mode', ['elements', 'embedded_page', 'form', 'hosted_page']);
  if (uiMode !== undefined && uiMode !== 'hosted_page') throw notPlayed('ui_mode');
  return mode;
}

const playedMethods = ['card', 'us_bank_account'] as const;
export type PlayedMethod = (typeof playedMethods)[number];

/** When nothing is said Stripe takes the methods of its dashboard: here an option, card alone where it is not set. */
function readMethods(sandbox: Sandbox, input: Parameters): PlayedMethod[] {
  const given = input.texts('allowed_payment_method_types');
  if (given.length === 0) return [...sandbox.options.paymentMethods];
  return given.map((type) => {
    const played = playedMethods.find((method) => method === type);
    if (played === undefined) throw notPlayed('allowed_payment_method_types');
    return played;
  });
}

function readExpiry(sandbox: Sandbox, input: Parameters): number {
  const now = nowSeconds(sandbox);
  const given = input.integer('expires_at', { min: 0, max: 99_999_999_999 });
  if (given === undefined) return now + expiryMaxSeconds;
  if (given < now + expiryMinSeconds - expirySlackSeconds || given > now + expiryMaxSeconds + expirySlackSeconds) {
    throw invalidRequest(
      'The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.',
      {
        param: 'expires_at',
      },
    );
  }
  return given;
}

function readPaymentIntentData(input: Parameters | undefined): PaymentIntentData {
  if (input === undefined)
    return { description: null, metadata: {}, receiptEmail: null, statementDescriptorSuffix: null };
  return {
    description: input.text('description', 1_000) ?? null,
    metadata: input.metadata(),
    receiptEmail: input.email('receipt_email') ?? null,
    statementDescriptorSuffix: input.text('statement_descriptor_suffix', 22) ?? null,
  };
}

function readSubscriptionData(input: Parameters | undefined): SubscriptionData {
  return { description: input?.text('description', 500) ?? null, metadata: input?.metadata() ?? {} };
}

function totalOf(lineItems: ReadLineItem[]): number {
  const totalCents = lineItems.reduce((sum, item) => sum + item.unitAmountCents * item.quantity, 0);
  if (totalCents < totalMinCents) {
    throw invalidRequest("The Checkout Session's total amount due must add up to at least $0.50 usd", {
      code: 'amount_too_small',
    });
  }
  if (totalCents > totalMaxCents) {
    throw invalidRequest("The Checkout Session's total amount must be no more than $999,999.99", {
      code: 'amount_too_large',
    });
  }
  return totalCents;
}

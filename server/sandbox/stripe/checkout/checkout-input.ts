import { findCustomer } from '#server/sandbox/stripe/checkout/customers.ts';
import type {
  LineItemView,
  PaymentIntentData,
  SubscriptionData,
  WirePrice,
} from '#server/sandbox/stripe/checkout/checkout-record.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { invalidRequest, missingParameter, notPlayed } from '#server/sandbox/stripe/wire/errors.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
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
  checkMode(input);
  const lineItems = input.children('line_items', lineItemsMax).map((item) => readLineItem(sandbox, item));
  if (lineItems.length === 0) throw missingParameter('line_items');
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
    lineItems,
    totalCents: totalOf(lineItems),
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
    subscriptionData: null,
    paymentMethodTypes: readMethods(input),
  };
  input.finish();
  return read;
}

function checkMode(input: Parameters): void {
  const mode = input.choice('mode', ['payment', 'setup', 'subscription']);
  if (mode === undefined) throw missingParameter('mode');
  if (mode !== 'payment') throw notPlayed('mode');
  const uiMode = input.choice('ui_mode', ['elements', 'embedded_page', 'form', 'hosted_page']);
  if (uiMode !== undefined && uiMode !== 'hosted_page') throw notPlayed('ui_mode');
}

const playedMethods = ['card', 'us_bank_account'] as const;
export type PlayedMethod = (typeof playedMethods)[number];

/** Card alone when nothing is said; the real Stripe takes the methods of its dashboard then. */
function readMethods(input: Parameters): PlayedMethod[] {
  const given = input.texts('allowed_payment_method_types');
  if (given.length === 0) return ['card'];
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

function totalOf(lineItems: LineItemView[]): number {
  const totalCents = lineItems.reduce((sum, view) => sum + view.item.amount_total, 0);
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

function readLineItem(sandbox: Sandbox, input: Parameters): LineItemView {
  const priceData = input.child('price_data');
  if (priceData === undefined) throw missingParameter(input.nameOf('price_data'));
  const quantity = input.integer('quantity', { min: 1, max: 999_999 });
  if (quantity === undefined) throw missingParameter(input.nameOf('quantity'));
  const { price, productName, productDescription } = readPrice(sandbox, priceData);
  const amountCents = (price.unit_amount ?? 0) * quantity;
  return {
    productName,
    productDescription,
    item: {
      id: newIdentifier('lineItem'),
      object: 'item',
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: amountCents,
      amount_tax: 0,
      amount_total: amountCents,
      currency: price.currency,
      description: productName,
      metadata: input.metadata(),
      price,
      quantity,
    },
  };
}

function readPrice(
  sandbox: Sandbox,
  input: Parameters,
): { price: WirePrice; productName: string; productDescription: string | null } {
  const currency = input.currency();
  if (currency === undefined) throw missingParameter(input.nameOf('currency'));
  const product = input.child('product_data');
  if (product === undefined) throw missingParameter(input.nameOf('product_data'));
  const unitAmount = input.requiredInteger('unit_amount', { min: 0, max: totalMaxCents });
  const taxBehavior = input.choice('tax_behavior', ['exclusive', 'inclusive', 'unspecified']) ?? 'unspecified';
  product.text('tax_code', 40);
  product.metadata();
  const price: WirePrice = {
    id: newIdentifier('price'),
    object: 'price',
    active: false,
    billing_scheme: 'per_unit',
    created: nowSeconds(sandbox),
    currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: newIdentifier('product'),
    recurring: null,
    tax_behavior: taxBehavior,
    tiers_mode: null,
    transform_quantity: null,
    type: 'one_time',
    unit_amount: unitAmount,
    unit_amount_decimal: String(unitAmount),
  };
  return {
    price,
    productName: product.requiredText('name', 250),
    productDescription: product.text('description', 1_000) ?? null,
  };
}

import { findCustomer } from '#server/sandbox/stripe/customers.ts';
import type { LineItemView, PaymentIntentData, WirePrice } from '#server/sandbox/stripe/checkout-record.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { invalidRequest, missingParameter, notPlayed } from '#server/sandbox/stripe/errors.ts';
import { newIdentifier } from '#server/sandbox/stripe/identifiers.ts';
import type { Parameters } from '#server/sandbox/stripe/parameters.ts';

/** Stripe's limits for a session: 30 minutes to 24 hours, and 24 hours when nothing is said. */
const expiryMinSeconds = 30 * 60;
const expiryMaxSeconds = 24 * 3_600;
const expirySlackSeconds = 60;
const lineItemsMax = 100;
const totalMinCents = 50;
const totalMaxCents = 99_999_999;

const notPlayedNames = [
  'adaptive_pricing',
  'after_expiration',
  'allow_promotion_codes',
  'allowed_payment_method_types',
  'automatic_tax',
  'billing_address_collection',
  'branding_settings',
  'consent_collection',
  'currency',
  'custom_fields',
  'custom_text',
  'customer_account',
  'customer_creation',
  'customer_update',
  'discounts',
  'excluded_payment_method_types',
  'integration_identifier',
  'invoice_creation',
  'managed_payments',
  'name_collection',
  'optional_items',
  'origin_context',
  'payment_method_collection',
  'payment_method_configuration',
  'payment_method_data',
  'payment_method_options',
  'permissions',
  'phone_number_collection',
  'redirect_on_completion',
  'return_url',
  'saved_payment_method_options',
  'setup_intent_data',
  'shipping_address_collection',
  'shipping_options',
  'subscription_data',
  'tax_id_collection',
  'wallet_options',
];
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
  };
  input.refuse(notPlayedNames);
  input.finish();
  return read;
}

function checkMode(input: Parameters): void {
  const mode = input.choice('mode', ['payment', 'setup', 'subscription']);
  if (mode === undefined) throw missingParameter('mode');
  if (mode !== 'payment') throw notPlayed('mode');
  const uiMode = input.choice('ui_mode', ['elements', 'embedded_page', 'form', 'hosted_page']);
  if (uiMode !== undefined && uiMode !== 'hosted_page') throw notPlayed('ui_mode');
  if (input.texts('payment_method_types').some((type) => type !== 'card')) throw notPlayed('payment_method_types');
}

function readExpiry(sandbox: Sandbox, input: Parameters): number {
  const now = nowSeconds(sandbox.store);
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
  input.refuse([
    'application_fee_amount',
    'capture_method',
    'on_behalf_of',
    'setup_future_usage',
    'shipping',
    'statement_descriptor',
    'transfer_data',
    'transfer_group',
  ]);
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
  input.refuse(['adjustable_quantity', 'dynamic_tax_rates', 'price', 'tax_rates']);
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
  input.refuse(['product', 'recurring', 'unit_amount_decimal']);
  const currency = input.requiredText('currency', 3).toLowerCase();
  if (currency !== 'usd') throw notPlayed(input.nameOf('currency'));
  const product = input.child('product_data');
  if (product === undefined) throw missingParameter(input.nameOf('product_data'));
  const unitAmount = input.integer('unit_amount', { min: 0, max: totalMaxCents });
  if (unitAmount === undefined) throw missingParameter(input.nameOf('unit_amount'));
  const taxBehavior = input.choice('tax_behavior', ['exclusive', 'inclusive', 'unspecified']) ?? 'unspecified';
  product.refuse(['images', 'tax_details', 'unit_label']);
  product.text('tax_code', 40);
  product.metadata();
  const price: WirePrice = {
    id: newIdentifier('price'),
    object: 'price',
    active: false,
    billing_scheme: 'per_unit',
    created: nowSeconds(sandbox.store),
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

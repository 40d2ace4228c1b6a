import type Stripe from 'stripe';

import { startSubscription } from '#server/sandbox/stripe/billing/subscriptions.ts';
import { attachMethod } from '#server/sandbox/stripe/checkout/customers.ts';
import { readCheckoutInput, type CheckoutInput } from '#server/sandbox/stripe/checkout/checkout-input.ts';
import type { CheckoutRecord } from '#server/sandbox/stripe/checkout/checkout-record.ts';
import { nowSeconds, type Cause, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { invalidRequest, noSuch } from '#server/sandbox/stripe/wire/errors.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import { idOf, newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';

export function findCheckout(sandbox: Sandbox, id: string): CheckoutRecord {
  const checkout = sandbox.store.get('checkout', id);
  if (checkout === undefined) throw noSuch('checkout.session', id);
  return checkout;
}

export function createCheckout(sandbox: Sandbox, parameters: Parameters): Stripe.Checkout.Session {
  const { store, scheduler } = sandbox;
  const input = readCheckoutInput(sandbox, parameters);
  const session = sessionObject(sandbox, input);
  const checkout: CheckoutRecord = {
    id: session.id,
    session,
    lineItems: input.lineItems,
    paymentIntentData: input.paymentIntentData,
    paymentIntentId: null,
    subscriptionData: input.subscriptionData,
    payer: { email: payerEmail(sandbox, input), name: '' },
    lastError: null,
    challenge: null,
  };
  store.put('checkout', checkout.id, checkout);
  scheduler.plan('expire_checkout', checkout.id, (session.expires_at - session.created) * 1_000);
  return session;
}

function payerEmail(sandbox: Sandbox, input: CheckoutInput): string {
  const customer = input.customer === null ? undefined : sandbox.store.get('customer', input.customer);
  return input.customerEmail ?? customer?.email ?? '';
}

function sessionObject(sandbox: Sandbox, input: CheckoutInput): Stripe.Checkout.Session {
  const id = newIdentifier('checkoutSession');
  return {
    id,
    object: 'checkout.session',
    ...untouchedFields,
    amount_subtotal: input.totalCents,
    amount_total: input.totalCents,
    cancel_url: input.cancelUrl,
    client_reference_id: input.clientReferenceId,
    created: nowSeconds(sandbox),
    currency: 'usd',
    customer: input.customer,
    customer_creation: input.customer !== null || input.mode === 'subscription' ? null : 'if_required',
    customer_details: null,
    customer_email: input.customerEmail,
    expires_at: input.expiresAt,
    livemode: false,
    locale: input.locale,
    metadata: input.metadata,
    mode: input.mode,
    payment_intent: null,
    payment_method_types: input.paymentMethodTypes,
    payment_status: 'unpaid',
    status: 'open',
    submit_type: input.submitType,
    success_url: input.successUrl,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${sandbox.url()}/c/pay/${id}`,
  };
}

/** What a session of this sandbox never has. */
const untouchedFields = {
  adaptive_pricing: null,
  after_expiration: null,
  allow_promotion_codes: null,
  allowed_payment_method_types: null,
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null,
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  currency_conversion: null,
  custom_fields: [],
  custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
  customer_account: null,
  discounts: [],
  integration_identifier: null,
  invoice: null,
  invoice_creation: null,
  managed_payments: null,
  origin_context: null,
  payment_link: null,
  payment_method_collection: 'if_required',
  payment_method_configuration_details: null,
  payment_method_options: null,
  permissions: null,
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  subscription: null,
  wallet_options: null,
} satisfies Partial<Stripe.Checkout.Session>;

/** The payer has done their part: the session is complete, paid or with a debit under way. */
export function completeCheckout(
  sandbox: Sandbox,
  checkout: CheckoutRecord,
  { isPaid, paymentMethod }: { isPaid: boolean; paymentMethod: Stripe.PaymentMethod },
): void {
  const { payer } = checkout;
  const session: Stripe.Checkout.Session = {
    ...checkout.session,
    ...(checkout.session.mode === 'subscription' ? subscribe(sandbox, checkout, paymentMethod) : {}),
    status: 'complete',
    payment_status: isPaid ? 'paid' : 'unpaid',
    url: null,
    customer_details: {
      address: null,
      business_name: null,
      email: payer.email,
      individual_name: null,
      name: payer.name,
      phone: null,
      tax_exempt: 'none',
      tax_ids: [],
    },
  };
  sandbox.store.put('checkout', checkout.id, { ...checkout, session });
  sandbox.scheduler.cancel('expire_checkout', checkout.id);
  emitEvent(sandbox, { type: 'checkout.session.completed', object: session });
}

/** Saves the card with the customer and begins the subscription. */
function subscribe(
  sandbox: Sandbox,
  checkout: CheckoutRecord,
  paymentMethod: Stripe.PaymentMethod,
): Pick<Stripe.Checkout.Session, 'invoice' | 'subscription'> {
  const customer = idOf(checkout.session.customer);
  attachMethod(sandbox, paymentMethod, customer);
  const { subscription, invoice } = startSubscription(
    sandbox,
    {
      customer,
      paymentMethod: paymentMethod.id,
      items: checkout.lineItems.map(({ item }) => ({ price: item.price, quantity: item.quantity ?? 1 })),
      description: checkout.subscriptionData?.description ?? null,
      metadata: checkout.subscriptionData?.metadata ?? {},
    },
    checkout.paymentIntentId ?? '',
  );
  return { invoice: invoice.id, subscription: subscription.id };
}

/** The debit of a complete session has ended. */
export function settleCheckout(sandbox: Sandbox, checkout: CheckoutRecord, isPaid: boolean): void {
  const session: Stripe.Checkout.Session = { ...checkout.session, payment_status: isPaid ? 'paid' : 'unpaid' };
  sandbox.store.put('checkout', checkout.id, { ...checkout, session });
  const type = isPaid ? 'checkout.session.async_payment_succeeded' : 'checkout.session.async_payment_failed';
  emitEvent(sandbox, { type, object: session });
}

/** Expires a session that is still open; does nothing to one that is not. */
export function expireCheckout(sandbox: Sandbox, checkout: CheckoutRecord, cause: Cause): void {
  if (checkout.session.status !== 'open') return;
  const session: Stripe.Checkout.Session = { ...checkout.session, status: 'expired', url: null };
  sandbox.store.put('checkout', checkout.id, { ...checkout, session, challenge: null });
  sandbox.scheduler.cancel('expire_checkout', checkout.id);
  emitEvent(sandbox, { type: 'checkout.session.expired', object: session, cause });
}

export function expireByRequest(sandbox: Sandbox, id: string, cause: Cause): Stripe.Checkout.Session {
  const checkout = findCheckout(sandbox, id);
  if (checkout.session.status !== 'open') {
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${checkout.session.status ?? 'unknown'}`,
    );
  }
  expireCheckout(sandbox, checkout, cause);
  return findCheckout(sandbox, id).session;
}

/** Where the payer goes after paying. Stripe replaces the template as it is written, not when it is escaped. */
export function successUrlOf(checkout: CheckoutRecord): string {
  return (checkout.session.success_url ?? '/').replaceAll('{CHECKOUT_SESSION_ID}', checkout.id);
}

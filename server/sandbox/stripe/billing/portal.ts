import type Stripe from 'stripe';

import { portalPage } from '#server/sandbox/stripe/billing/portal-page.ts';
import { periodEndCancellation, prorations } from '#server/sandbox/stripe/billing/subscription-api.ts';
import { applyChange } from '#server/sandbox/stripe/billing/subscription-changes.ts';
import { changeSubscription, endSubscription } from '#server/sandbox/stripe/billing/subscriptions.ts';
import { isCardNumber } from '#server/sandbox/stripe/checkout/cards.ts';
import { paymentMethodObject } from '#server/sandbox/stripe/checkout/charge-objects.ts';
import { attachMethod, findCustomer } from '#server/sandbox/stripe/checkout/customers.ts';
import { nowMs, nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import { idOf, newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { invalidRequest, isStripeFailure, noSuch } from '#server/sandbox/stripe/wire/errors.ts';
import { plain, redirect, type SandboxReply, type SandboxRequest } from '#server/sandbox/stripe/wire/http.ts';
import type { ApiCall, Route } from '#server/sandbox/stripe/wire/route.ts';

/** A session of the portal with the secret part of its address. */
export interface PortalRecord {
  session: Stripe.BillingPortal.Session;
  expiresAtMs: number;
}

const sessionLivesMs = 60 * 60_000;

export const portalRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/billing_portal/sessions', run: createSession },
];

function createSession(sandbox: Sandbox, { input, cause }: ApiCall): Stripe.BillingPortal.Session {
  const customer = findCustomer(sandbox, input.requiredText('customer'), 'customer');
  const configurationId = input.text('configuration');
  const configuration = sandbox.store.get('portalConfiguration', configurationId ?? '');
  if (configurationId !== undefined && configuration === undefined) {
    throw noSuch('configuration', configurationId, 'configuration');
  }
  const returnUrl = input.url('return_url') ?? configuration?.default_return_url ?? null;
  input.choice('locale', ['auto', 'de', 'en', 'en-GB', 'es', 'fr', 'it']);
  input.finish();
  const id = newIdentifier('portalSession');
  const token = newIdentifier('onboarding').replace('acctlink_', 'test_');
  const session: Stripe.BillingPortal.Session = {
    id,
    object: 'billing_portal.session',
    configuration: configuration?.id ?? 'bpc_default',
    created: nowSeconds(sandbox),
    customer: customer.id,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: returnUrl,
    url: `${sandbox.url()}/p/session/${token}`,
  };
  sandbox.store.put('portalSession', token, { session, expiresAtMs: nowMs(sandbox) + sessionLivesMs });
  emitEvent(sandbox, { type: 'billing_portal.session.created', object: session, cause });
  return session;
}

/** `/p/session/:token`, where a customer manages what they pay for. */
export function answerPortal(sandbox: Sandbox, request: SandboxRequest): SandboxReply {
  const found = sandbox.store.get('portalSession', request.path.slice('/p/session/'.length));
  if (found === undefined || found.expiresAtMs <= nowMs(sandbox))
    return plain(404, 'This portal link is not valid any more.');
  if (request.method !== 'POST') return portalPage(sandbox, found.session, request.query);
  try {
    act(sandbox, found.session, new URLSearchParams(request.body));
    return redirect(`${request.path}?done`);
  } catch (error) {
    if (!isStripeFailure(error)) throw error;
    return redirect(`${request.path}?problem=${encodeURIComponent(error.message)}`);
  }
}

function act(sandbox: Sandbox, session: Stripe.BillingPortal.Session, form: URLSearchParams): void {
  const { customer } = session;
  if (form.get('do') === 'card') {
    replaceCard(sandbox, customer, form.get('cardNumber') ?? '');
    return;
  }
  const id = form.get('subscription') ?? '';
  const subscription = sandbox.store.get('subscription', id);
  if (subscription === undefined || subscription.customer !== customer || subscription.status === 'canceled') {
    throw noSuch('subscription', id, 'subscription');
  }
  const features = sandbox.store.get('portalConfiguration', idOf(session.configuration))?.features;
  switch (form.get('do')) {
    case 'change':
      changePlan(sandbox, subscription, { price: form.get('price') ?? '', features });
      return;
    case 'cancel':
      cancel(sandbox, subscription, features);
      return;
    case 'resume':
      changeSubscription(sandbox, subscription, { to: periodEndCancellation(sandbox, subscription, false) });
      return;
    default:
      throw invalidRequest('The portal has no such action.');
  }
}

type Features = Stripe.BillingPortal.Configuration.Features | undefined;

/** The prices a customer may choose: those of the configuration, or every active plan. */
export function offeredPrices(sandbox: Sandbox, features: Features): string[] {
  if (features?.subscription_update.enabled === false) return [];
  const products = features?.subscription_update.products;
  if (products !== undefined && products !== null && products.length > 0) {
    return products.flatMap((product) => product.prices);
  }
  const prices = sandbox.store.find('price', { type: 'recurring' });
  return prices.filter((price) => price.active).map(({ id }) => id);
}

function changePlan(
  sandbox: Sandbox,
  subscription: Stripe.Subscription,
  { price: priceId, features }: { price: string; features: Features },
): void {
  const price = sandbox.store.get('price', priceId);
  const [item] = subscription.items.data;
  if (price === undefined || item === undefined || !offeredPrices(sandbox, features).includes(priceId)) {
    throw noSuch('price', priceId, 'price');
  }
  const proration = features?.subscription_update.proration_behavior ?? 'always_invoice';
  applyChange(sandbox, subscription, {
    items: [{ item, price, quantity: null }],
    proration: prorations.find((known) => known === proration) ?? 'always_invoice',
    to: {},
  });
}

function cancel(sandbox: Sandbox, subscription: Stripe.Subscription, features: Features): void {
  if (features?.subscription_cancel.enabled === false) throw invalidRequest('This portal does not cancel.');
  if (features?.subscription_cancel.mode === 'immediately') {
    endSubscription(sandbox, subscription, { reason: 'cancellation_requested' });
    return;
  }
  changeSubscription(sandbox, subscription, { to: periodEndCancellation(sandbox, subscription, true) });
}

/** Saves a card; from now on the customer and every subscription of theirs pay with it. */
export function replaceCard(sandbox: Sandbox, customerId: string, cardNumber: string): void {
  const { store } = sandbox;
  const customer = findCustomer(sandbox, customerId, 'customer');
  const number = cardNumber.replace(/[\s-]/g, '');
  if (!isCardNumber(number)) throw invalidRequest('Your card number is invalid.', { code: 'incorrect_number' });
  const payer = { email: customer.email ?? '', name: customer.name ?? '' };
  const year = new Date(nowMs(sandbox)).getUTCFullYear() + 3;
  const method = paymentMethodObject(sandbox, payer, { kind: 'card', number, month: 12, year });
  attachMethod(sandbox, method, customerId);
  const settings = { ...customer.invoice_settings, default_payment_method: method.id };
  const updated = { ...customer, invoice_settings: settings };
  store.put('customer', customerId, updated);
  const previous = { invoice_settings: customer.invoice_settings };
  emitEvent(sandbox, { type: 'customer.updated', object: updated, previous });
  for (const subscription of store.find('subscription', { customer: customerId })) {
    if (subscription.status === 'canceled') continue;
    changeSubscription(sandbox, subscription, { to: { default_payment_method: method.id } });
  }
}

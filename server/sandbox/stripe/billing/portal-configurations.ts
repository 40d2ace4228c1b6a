import type Stripe from 'stripe';

import { findPrice } from '#server/sandbox/stripe/billing/catalogue.ts';
import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { missingParameter } from '#server/sandbox/stripe/wire/errors.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';
import { listOf, oneOf, type ApiCall, type Route } from '#server/sandbox/stripe/wire/route.ts';

const url = '/v1/billing_portal/configurations';

export const portalConfigurationRoutes: readonly Route[] = [
  { method: 'POST', path: url, run: createConfiguration },
  { method: 'GET', path: url, run: listOf({ kind: 'portalConfiguration', url, hasCreated: false }) },
  { method: 'GET', path: `${url}/:id`, run: oneOf('portalConfiguration', 'configuration') },
];

function createConfiguration(sandbox: Sandbox, { input, cause }: ApiCall): Stripe.BillingPortal.Configuration {
  const given = input.child('features');
  if (given === undefined) throw missingParameter('features');
  const profile = input.child('business_profile');
  const created = nowSeconds(sandbox);
  const configuration: Stripe.BillingPortal.Configuration = {
    id: newIdentifier('portalConfiguration'),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: {
      headline: profile?.text('headline', 60) ?? null,
      privacy_policy_url: profile?.url('privacy_policy_url') ?? null,
      terms_of_service_url: profile?.url('terms_of_service_url') ?? null,
    },
    created,
    default_return_url: input.url('default_return_url') ?? null,
    features: readFeatures(sandbox, given),
    is_default: false,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: input.metadata(),
    name: input.text('name', 100) ?? null,
    updated: created,
  };
  input.finish();
  sandbox.store.put('portalConfiguration', configuration.id, configuration);
  emitEvent(sandbox, { type: 'billing_portal.configuration.created', object: configuration, cause });
  return configuration;
}

function isEnabled(input: Parameters, name: string): boolean {
  const given = input.child(name);
  if (given === undefined) return false;
  const enabled = given.boolean('enabled');
  if (enabled === undefined) throw missingParameter(given.nameOf('enabled'));
  return enabled;
}

function readFeatures(sandbox: Sandbox, input: Parameters): Stripe.BillingPortal.Configuration.Features {
  const update = input.child('subscription_update');
  const cancel = input.child('subscription_cancel');
  return {
    customer_update: { allowed_updates: [], enabled: false },
    invoice_history: { enabled: isEnabled(input, 'invoice_history') },
    payment_method_update: {
      enabled: isEnabled(input, 'payment_method_update'),
      payment_method_configuration: null,
    },
    subscription_cancel: {
      cancellation_reason: { enabled: false, feedback_options: [], options: [] },
      enabled: cancel?.boolean('enabled') ?? false,
      mode: cancel?.choice('mode', ['at_period_end', 'immediately']) ?? 'at_period_end',
      proration_behavior: 'none',
    },
    subscription_pause: { duration: { interval_options: [], type: 'indefinite' }, enabled: false },
    subscription_update: readUpdate(sandbox, update),
  };
}

function readUpdate(
  sandbox: Sandbox,
  input: Parameters | undefined,
): Stripe.BillingPortal.Configuration.Features.SubscriptionUpdate {
  const updates = input?.texts('default_allowed_updates') ?? [];
  const products = input?.children('products', 10).map((product) => ({
    adjustable_quantity: { enabled: false, maximum: null, minimum: 1 },
    product: product.requiredText('product'),
    prices: product.texts('prices', 20).map((id) => findPrice(sandbox, id, product.nameOf('prices')).id),
  }));
  return {
    billing_cycle_anchor: null,
    default_allowed_updates: updates.filter((name) => name === 'price' || name === 'quantity'),
    enabled: input?.boolean('enabled') ?? false,
    products: products ?? null,
    proration_behavior: input?.choice('proration_behavior', ['always_invoice', 'create_prorations', 'none']) ?? 'none',
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: 'end_trial',
  };
}

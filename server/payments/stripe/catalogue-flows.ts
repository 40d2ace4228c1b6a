import type Stripe from 'stripe';
import type { Entitlement } from '#server/citizens/entitlements.ts';
import type { Tier } from '#server/platform/session.ts';
import type { PaymentDeps, StartDeps } from '#server/payments/flows.ts';
import { callStripe } from './stripe-errors.ts';
import { intendObject, objectFor, purposeOf, recordObject } from './stripe-objects.ts';
import { isAbove } from '#server/payments/subscriptions/subscription-rules.ts';
import { soldTier, type SoldTier } from '#server/payments/subscriptions/subscription-schema.ts';

/** Makes what does not exist yet. The row is the intent, so a lost answer is found again with the same key. */
async function ensure(
  deps: PaymentDeps,
  wanted: { purpose: string; citizenId?: string },
  make: (idempotencyKey: string) => Promise<{ id: string }>,
): Promise<string> {
  const { purpose, citizenId = null } = wanted;
  const known = await objectFor(deps.database.client, purpose);
  if (known !== null) return known;
  const intent = await deps.database.inTransaction((tx) => intendObject(tx, deps, { purpose, citizenId }));
  if (intent.stripeId !== null) return intent.stripeId;
  const { id: stripeId } = await callStripe(() => make(intent.id));
  await deps.database.inTransaction((tx) => recordObject(tx, { id: intent.id, stripeId }));
  return (await objectFor(deps.database.client, purpose)) ?? stripeId;
}

const customerPurpose = (citizenId: string) => `customer:${citizenId}`;

/** The citizen at Stripe, where their cards and invoices are. */
export function ensureCustomer(deps: PaymentDeps, citizenId: string): Promise<string> {
  const parameters = { metadata: { citizen_id: citizenId } };
  return ensure(deps, { purpose: customerPurpose(citizenId), citizenId }, (idempotencyKey) =>
    deps.stripe.customers.create(parameters, { idempotencyKey }),
  );
}

export function knownCustomer(deps: PaymentDeps, citizenId: string): Promise<string | null> {
  return objectFor(deps.database.client, customerPurpose(citizenId));
}

/** The price of a tier at an amount. When an operator changes the amount, those who subscribed before keep theirs. */
export async function ensurePrice(deps: PaymentDeps, { tier, amountMinor }: TierPrice): Promise<string> {
  const product = await ensureProduct(deps, tier);
  const parameters: Stripe.PriceCreateParams = {
    product,
    currency: 'usd',
    unit_amount: Number.parseInt(String(amountMinor), 10),
    recurring: { interval: 'month' },
    metadata: { tier },
  };
  return await ensure(deps, { purpose: `price:${tier}:${String(amountMinor)}` }, (idempotencyKey) =>
    deps.stripe.prices.create(parameters, { idempotencyKey }),
  );
}

export interface TierPrice {
  tier: SoldTier;
  amountMinor: bigint;
}

function ensureProduct(deps: PaymentDeps, tier: SoldTier): Promise<string> {
  const name = `CASCADE ${tier.charAt(0).toUpperCase()}${tier.slice(1)}`;
  return ensure(deps, { purpose: `product:${tier}` }, (idempotencyKey) =>
    deps.stripe.products.create({ name, metadata: { tier } }, { idempotencyKey }),
  );
}

/** Which tier a price of ours is for; null for a price that we did not make. */
export async function tierOfPrice(deps: PaymentDeps, priceId: string): Promise<SoldTier | null> {
  const [kind, tier] = ((await purposeOf(deps.database.client, priceId)) ?? '').split(':');
  return kind === 'price' ? (soldTier.safeParse(tier).data ?? null) : null;
}

/**
 * What a citizen of a class may do in the portal: cancel at the end of the period, change to another tier above their
 * class with the difference billed at once, and use another card.
 */
export async function ensurePortal(
  deps: StartDeps,
  { tiers, classTier }: { tiers: readonly Entitlement[]; classTier: Tier },
): Promise<string> {
  const offered: { price: string; product: string; name: string }[] = [];
  for (const { tier, subscriptionUsdMinor: amountMinor } of tiers) {
    if (tier === 'observer' || amountMinor === null || !isAbove(tier, classTier)) continue;
    const price = await ensurePrice(deps, { tier, amountMinor });
    offered.push({ price, product: await ensureProduct(deps, tier), name: `${tier}=${String(amountMinor)}` });
  }
  const products = offered.map(({ price, product }) => ({ product, prices: [price] }));
  const features: Stripe.BillingPortal.ConfigurationCreateParams.Features = {
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: true, mode: 'at_period_end' },
    ...(products.length === 0
      ? {}
      : {
          subscription_update: {
            enabled: true,
            default_allowed_updates: ['price'],
            proration_behavior: 'always_invoice',
            products,
          },
        }),
  };
  const purpose = `portal:${offered.map(({ name }) => name).join(',')}`;
  return await ensure(deps, { purpose }, (idempotencyKey) =>
    deps.stripe.billingPortal.configurations.create({ features }, { idempotencyKey }),
  );
}

import type Stripe from 'stripe';
import { entitlements } from '#server/citizens/entitlements.ts';
import { citizenTiers } from '#server/citizens/queries.ts';
import { refuse, type DomainError } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import {
  ensureCustomer,
  ensurePortal,
  ensurePrice,
  knownCustomer,
  tierOfPrice,
} from '#server/payments/stripe/catalogue-flows.ts';
import type { Effect, PaymentDeps, StartDeps } from '#server/payments/flows.ts';
import { readInvoice, settleInvoice } from './invoice-flows.ts';
import { callStripe, isNoLongerOpenAtStripe, orMissing } from '#server/payments/stripe/stripe-errors.ts';
import { markOf, ownSubscription, subscriptionIdBy, subscriptionNotFound } from './subscription-queries.ts';
import type { SubscriptionFacts } from './subscription-rules.ts';
import type { SoldTier, SubscriptionView } from './subscription-schema.ts';
import {
  applySubscription,
  assertNoneLives,
  beginSubscription,
  expireSubscription,
  nextReading,
  recordSubscriptionSession,
  type StartedSubscription,
} from './subscriptions.ts';

/**
 * Opens Stripe's page for a subscription. Safe to repeat with the same key after any failure: the row is the intent, its
 * id Stripe's idempotency key. Pages of the same citizen on which nobody paid are closed first, so that only one can be
 * paid. Refuses `tier_not_sold`, `tier_given_by_class`, `already_subscribed`, `trust_frozen`, `account_closed`,
 * `idempotency_key_reused`, `subscription_closed`, `stripe_unavailable`.
 */
export async function startSubscription(
  deps: StartDeps,
  input: { citizenId: string; tier: SoldTier; key: string },
): Promise<{ checkoutUrl: string; subscriptionId: string }> {
  const row = await deps.database.inTransaction((tx) => beginSubscription(tx, deps, input));
  const { id: subscriptionId } = row;
  if (row.state !== 'started' && row.state !== 'open') {
    throw refuse('conflict', 'subscription_closed', 'This attempt is over. Please start anew.');
  }
  if (row.checkoutUrl !== null) return { checkoutUrl: row.checkoutUrl, subscriptionId };
  await closeOtherPages(deps, row);
  const session = await openPage(deps, row);
  invariant(session.url !== null, 'a new session has a page');
  const opened = { subscriptionId, sessionId: session.id, checkoutUrl: session.url };
  await deps.database.inTransaction((tx) => recordSubscriptionSession(tx, opened));
  return { checkoutUrl: session.url, subscriptionId };
}

/** The same request to Stripe on every repetition: it depends on nothing but the row. */
async function openPage(deps: StartDeps, row: StartedSubscription): Promise<Stripe.Checkout.Session> {
  const { id, citizenId, tier, priceMinor } = row;
  const customer = await ensureCustomer(deps, citizenId);
  const price = await ensurePrice(deps, { tier, amountMinor: priceMinor });
  const metadata = { subscription_id: id, citizen_id: citizenId };
  return await callStripe(() =>
    deps.stripe.checkout.sessions.create(
      {
        mode: 'subscription',
        customer,
        success_url: `${deps.appUrl}/account/plan/complete?session_id={CHECKOUT_SESSION_ID}`,
        cancel_url: `${deps.appUrl}/account/plan?cancelled=yes`,
        client_reference_id: id,
        metadata,
        subscription_data: { metadata },
        line_items: [{ price, quantity: 1 }],
      },
      { idempotencyKey: id },
    ),
  );
}

/** One of which Stripe's answer was lost is asked for again, so that it can be closed. One that was paid counts. */
async function closeOtherPages(deps: StartDeps, row: StartedSubscription): Promise<void> {
  const { id, citizenId } = row;
  const others = await deps.database.client.subscription.findMany({
    where: { citizenId, id: { not: id }, state: { in: ['started', 'open'] } },
    orderBy: { id: 'asc' },
    take: 100,
    select: { id: true, citizenId: true, tier: true, priceMinor: true, state: true, stripeSessionId: true },
  });
  for (const other of others) {
    const lost = { ...other, tier: other.tier as SoldTier, checkoutUrl: null };
    const sessionId = other.stripeSessionId ?? (await openPage(deps, lost)).id;
    const found = { subscriptionId: other.id, sessionId, checkoutUrl: null };
    await deps.database.inTransaction((tx) => recordSubscriptionSession(tx, found));
    await closePage(deps, sessionId);
  }
  if (others.length > 0) await assertNoneLives(deps.database.client, citizenId);
}

async function closePage(deps: PaymentDeps, sessionId: string): Promise<void> {
  try {
    await callStripe(() => deps.stripe.checkout.sessions.expire(sessionId));
  } catch (error) {
    if (!isNoLongerOpenAtStripe(error)) throw error;
  }
  await settleSubscriptionSession(deps, sessionId);
}

/** Brings what a page led to, if it led to anything, to where Stripe says it is. */
export async function settleSubscriptionSession(deps: PaymentDeps, sessionId: string): Promise<void> {
  const session = await callStripe(() => deps.stripe.checkout.sessions.retrieve(sessionId));
  const effect = await prepareSession(deps, session);
  if (effect === null) throw subscriptionNotFound();
  await deps.database.inTransaction(effect);
  if (typeof session.invoice === 'string') await settleInvoice(deps, session.invoice);
}

/** For the page after payment: the tier is there when it shows, whether or not the webhook came. */
export async function fulfilSubscription(
  deps: PaymentDeps,
  input: { sessionId: string; citizenId: string },
): Promise<SubscriptionView> {
  const read = () => ownSubscription(deps.database.client, { ...input, now: deps.clock.now() });
  if ((await read()).standing !== 'opened') return await read();
  await settleSubscriptionSession(deps, input.sessionId);
  return await read();
}

/** Fetches a session fresh and says what must be written. Null for one that is none of ours. */
export async function prepareSubscriptionSession(deps: PaymentDeps, sessionId: string): Promise<Effect | null> {
  const session = await orMissing(() => deps.stripe.checkout.sessions.retrieve(sessionId));
  return session === null ? null : await prepareSession(deps, session);
}

async function prepareSession(deps: PaymentDeps, session: Stripe.Checkout.Session): Promise<Effect | null> {
  if (session.mode !== 'subscription') return null;
  const marked = markOf(session.metadata);
  const subscriptionId = await subscriptionIdBy(deps.database.client, { stripeSessionId: session.id, id: marked });
  if (subscriptionId === null) return null;
  const opened = { subscriptionId, sessionId: session.id, checkoutUrl: null };
  if (session.status === 'expired') return (tx) => expireSubscription(tx, subscriptionId);
  const apply = typeof session.subscription === 'string' ? await prepareSubscription(deps, session.subscription) : null;
  return async (tx) => {
    await recordSubscriptionSession(tx, opened);
    await apply?.(tx);
  };
}

/**
 * Fetches a subscription fresh and says what must be written. Null for one that is none of ours. Refuses
 * `subscription_price_unknown` for a price that we did not make.
 */
export async function prepareSubscription(deps: PaymentDeps, stripeSubscriptionId: string): Promise<Effect | null> {
  // Taken before Stripe is asked: what is read later has the higher number.
  const reading = await nextReading(deps.database.client);
  const subscription = await orMissing(() =>
    deps.stripe.subscriptions.retrieve(stripeSubscriptionId, { expand: ['latest_invoice'] }),
  );
  if (subscription === null) return null;
  const marked = markOf(subscription.metadata);
  const subscriptionId = await subscriptionIdBy(deps.database.client, { stripeSubscriptionId, id: marked });
  if (subscriptionId === null) return null;
  const facts = await factsOf(deps, subscription);
  return (tx) => applySubscription(tx, deps, { subscriptionId, reading, facts });
}

/**
 * The same of an invoice that was paid, and of its subscription: it may be what a higher tier waited for, and where Stripe
 * called the subscription active all the time it says nothing more of it.
 */
export async function preparePaidInvoice(deps: PaymentDeps, stripeInvoiceId: string): Promise<Effect | null> {
  const invoice = await readInvoice(deps, stripeInvoiceId);
  if (invoice === null) return null;
  const apply = await prepareSubscription(deps, invoice.stripeSubscriptionId);
  return async (tx) => {
    await apply?.(tx);
    await invoice.effect(tx);
  };
}

async function factsOf(deps: PaymentDeps, subscription: Stripe.Subscription): Promise<SubscriptionFacts> {
  const [item] = subscription.items.data;
  invariant(item !== undefined, 'a subscription has an item');
  const tier = await tierOfPrice(deps, item.price.id);
  if (tier === null) throw priceUnknown();
  const invoice = typeof subscription.latest_invoice === 'string' ? null : subscription.latest_invoice;
  const failedAt = invoice?.status === 'open' ? (invoice.status_transitions.finalized_at ?? invoice.created) : null;
  return {
    stripeSubscriptionId: subscription.id,
    status: subscription.status,
    tier,
    priceMinor: BigInt(item.price.unit_amount ?? 0),
    periodEnd: moment(item.current_period_end),
    endsAt: subscription.cancel_at === null ? null : moment(subscription.cancel_at),
    failingSince: failedAt === null ? null : moment(failedAt),
    startedAt: moment(subscription.start_date),
    endedAt: subscription.ended_at === null ? null : moment(subscription.ended_at),
  };
}

function priceUnknown(): DomainError {
  return refuse('conflict', 'subscription_price_unknown', 'This subscription has a price that was not made here.');
}

function moment(seconds: number): Date {
  return new Date(seconds * 1_000);
}

/** Opens the portal in which a subscriber changes or ends it. Refuses `subscription_not_found`, `stripe_unavailable`. */
export async function openPortal(deps: StartDeps, citizenId: string): Promise<{ portalUrl: string }> {
  const customer = await knownCustomer(deps, citizenId);
  const tiers = await citizenTiers(deps.database.client, citizenId);
  if (customer === null || tiers === null) throw subscriptionNotFound();
  const all = await entitlements(deps.database.client);
  const configuration = await ensurePortal(deps, { tiers: all, classTier: tiers.classTier });
  const session = await callStripe(() =>
    deps.stripe.billingPortal.sessions.create({
      customer,
      configuration,
      return_url: `${deps.appUrl}/account/plan?managed=yes`,
    }),
  );
  return { portalUrl: session.url };
}

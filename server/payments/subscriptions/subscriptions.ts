import { citizenTiers } from '#server/citizens/queries.ts';
import { notify } from '#server/citizens/notifications.ts';
import { setSubscribedTier } from '#server/citizens/service.ts';
import { entitlementOf } from '#server/citizens/entitlements.ts';
import { trustStanding } from '#server/citizens/trust.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Db, Prisma, Tx } from '#server/platform/db.ts';
import { keyReused, refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';
import type { WriteDeps } from '#server/payments/service.ts';
import { isAbove, stateAfter, tierAfter, tierGiven, type SubscriptionFacts } from './subscription-rules.ts';
import { soldTier, type SoldTier } from './subscription-schema.ts';

export interface StartedSubscription {
  id: string;
  citizenId: string;
  tier: SoldTier;
  priceMinor: bigint;
  state: string;
  /** Null until Stripe has answered. */
  checkoutUrl: string | null;
}

/**
 * Writes the intent to subscribe, once per citizen and key, one citizen at a time. Refuses `tier_not_sold`,
 * `tier_given_by_class`, `already_subscribed`, `trust_frozen`, `account_closed`, `idempotency_key_reused`.
 */
export async function beginSubscription(
  tx: Tx,
  deps: WriteDeps,
  intent: { citizenId: string; tier: SoldTier; key: string },
): Promise<StartedSubscription> {
  const { citizenId, tier, key } = intent;
  await lockSubscriber(tx, citizenId);
  const known = await tx.subscription.findUnique({ where: { citizenId_key: { citizenId, key } }, select: started });
  if (known !== null) {
    if (known.tier === tier) return { ...known, tier };
    throw keyReused();
  }
  const { subscriptionUsdMinor: priceMinor } = await entitlementOf(tx, tier);
  if (priceMinor === null) throw refuse('not_found', 'tier_not_sold', 'This tier is not sold at present.');
  await assertMaySubscribe(tx, deps, intent);
  return {
    ...(await tx.subscription.create({
      data: { id: deps.ids.uuid(), citizenId, key, tier, priceMinor, state: 'started', createdAt: deps.clock.now() },
      select: started,
    })),
    tier,
  };
}

const started = { id: true, citizenId: true, tier: true, priceMinor: true, state: true, checkoutUrl: true } as const;

async function assertMaySubscribe(
  tx: Tx,
  deps: WriteDeps,
  { citizenId, tier }: { citizenId: string; tier: SoldTier },
): Promise<void> {
  const tiers = await citizenTiers(tx, citizenId);
  if (tiers === null) throw refuse('forbidden', 'account_closed', 'This account is closed.');
  if (!isAbove(tier, tiers.classTier)) {
    throw refuse('conflict', 'tier_given_by_class', 'Your class gives you this tier already, free of charge.');
  }
  await assertNoneLives(tx, citizenId);
  const { isFrozen } = await trustStanding(tx, { citizenId, now: deps.clock.now() });
  if (isFrozen) throw refuse('forbidden', 'trust_frozen', 'Your account is frozen until an open dispute is settled.');
}

/** Refuses `already_subscribed`. */
export async function assertNoneLives(db: Db, citizenId: string): Promise<void> {
  if ((await db.subscription.count({ where: { citizenId, state: 'live' } })) === 0) return;
  throw refuse('conflict', 'already_subscribed', 'You have a subscription already. Change it where you manage it.');
}

/** One at a time per citizen, and before any row is locked. */
async function lockSubscriber(tx: Tx, citizenId: string): Promise<void> {
  await lockName(tx, `payments.subscriber:${citizenId}`);
}

/** Whoever touches a row locks its subscriber first, so that no two wait for each other. */
async function lockSubscriberOf(tx: Tx, subscriptionId: string): Promise<string> {
  const where = { id: subscriptionId };
  const { citizenId } = await tx.subscription.findUniqueOrThrow({ where, select: { citizenId: true } });
  await lockSubscriber(tx, citizenId);
  return citizenId;
}

/** Records the page that Stripe made for an intent. Recording it again changes nothing. */
export async function recordSubscriptionSession(
  tx: Tx,
  session: { subscriptionId: string; sessionId: string; checkoutUrl: string | null },
): Promise<void> {
  await lockSubscriberOf(tx, session.subscriptionId);
  await tx.subscription.updateMany({
    where: { id: session.subscriptionId, state: 'started' },
    data: { state: 'open', stripeSessionId: session.sessionId, checkoutUrl: session.checkoutUrl },
  });
}

/** Nobody paid on its page, and nobody can any more. One that was paid stays what it is. */
export async function expireSubscription(tx: Tx, subscriptionId: string): Promise<void> {
  await lockSubscriberOf(tx, subscriptionId);
  await tx.subscription.updateMany({
    where: { id: subscriptionId, state: { in: ['started', 'open'] } },
    data: { state: 'expired' },
  });
}

/** Numbers a reading at Stripe that is about to begin. */
export async function nextReading(db: Db): Promise<bigint> {
  const [row] = await db.$queryRaw<{ reading: bigint }[]>`SELECT nextval('subscription_reading') AS reading`;
  invariant(row !== undefined, 'a sequence has a next number');
  return row.reading;
}

const lockedColumns = {
  id: true,
  citizenId: true,
  tier: true,
  priceMinor: true,
  state: true,
  stripeSubscriptionId: true,
  stripeStatus: true,
  failingSince: true,
  graceUntil: true,
  outgrownAt: true,
  reading: true,
} satisfies Prisma.SubscriptionSelect;

export type LockedSubscription = Prisma.SubscriptionGetPayload<{ select: typeof lockedColumns }>;

/** All of a citizen's subscriptions as they are once nobody else changes them: the tier is the highest of theirs. */
async function lockSubscriptions(tx: Tx, citizenId: string): Promise<LockedSubscription[]> {
  await lockSubscriber(tx, citizenId);
  await tx.$queryRaw`SELECT id::text FROM subscription WHERE citizen_id = ${citizenId}::uuid ORDER BY id FOR NO KEY UPDATE`;
  return await tx.subscription.findMany({ where: { citizenId }, orderBy: { id: 'asc' }, select: lockedColumns });
}

export interface SubscriptionReading {
  subscriptionId: string;
  reading: bigint;
  facts: SubscriptionFacts;
}

/**
 * Brings a subscription to where Stripe says it is, and the citizen's tier with it. What was read before something that
 * is known already changes nothing, and one that ended stays ended, whatever is heard of it.
 */
export async function applySubscription(tx: Tx, deps: WriteDeps, read: SubscriptionReading): Promise<void> {
  const citizenId = await lockSubscriberOf(tx, read.subscriptionId);
  const rows = await lockSubscriptions(tx, citizenId);
  const row = rows.find(({ id }) => id === read.subscriptionId);
  invariant(row !== undefined, 'a subscription does not change hands');
  const isOurs = row.stripeSubscriptionId === null || row.stripeSubscriptionId === read.facts.stripeSubscriptionId;
  invariant(isOurs, 'an intent leads to one subscription at Stripe');
  if (row.state === 'ended' || row.reading >= read.reading) return;
  const after = stateAfter(row, read.facts);
  const { tier, priceMinor } = tierAfter({ ...row, tier: soldTier.parse(row.tier) }, read.facts);
  const { periodEnd, endsAt, startedAt, stripeSubscriptionId } = read.facts;
  const now = deps.clock.now();
  await tx.subscription.update({
    where: { id: row.id },
    data: {
      ...after,
      tier,
      priceMinor,
      periodEnd,
      endsAt: after.state === 'ended' ? null : endsAt,
      startedAt,
      stripeSubscriptionId,
      endedAt: after.state === 'ended' ? (read.facts.endedAt ?? now) : null,
      graceEndedAt: null,
      reading: read.reading,
      readAt: now,
    },
    select: { id: true },
  });
  await refreshTier(tx, deps, citizenId);
  await tell(tx, deps, { before: row, after, citizenId, tier });
}

/** Gives the citizen the highest tier that any of their subscriptions gives now. Call with their rows locked. */
async function refreshTier(tx: Tx, deps: WriteDeps, citizenId: string): Promise<void> {
  const rows = await tx.subscription.findMany({ where: { citizenId, state: 'live' }, select: lockedColumns });
  const subscribedTier = tierGiven(rows, deps.clock.now());
  await setSubscribedTier(tx, { citizenId, subscribedTier, clock: deps.clock, ids: deps.ids });
}

interface Turn {
  before: LockedSubscription;
  after: { state: string; failingSince: Date | null; graceUntil: Date | null };
  citizenId: string;
  tier: SoldTier;
}

/** The citizen hears of a first failure and of the end; others hear by the outbox of every turn. */
async function tell(tx: Tx, deps: WriteDeps, { before, after, citizenId, tier }: Turn): Promise<void> {
  const isFirstFailure = before.failingSince === null && after.graceUntil !== null;
  if (isFirstFailure) {
    const details = { to: tier, until: after.graceUntil?.toISOString().slice(0, 10) ?? '' };
    await notify(tx, deps, { citizenId, kind: 'subscription_failing', details });
  }
  if (after.state === before.state) return;
  if (after.state === 'ended')
    await notify(tx, deps, { citizenId, kind: 'subscription_ended', details: { from: tier } });
  const type = after.state === 'ended' ? 'subscription.ended' : 'subscription.started';
  await emit(tx, deps, { type, subject: before.id, payload: { citizenId, tier } });
}

/** A grace period is over: the tier goes with it until the invoice is paid. Says whether there was anything to do. */
export async function endGrace(tx: Tx, deps: WriteDeps, citizenId: string): Promise<boolean> {
  await lockSubscriptions(tx, citizenId);
  const now = deps.clock.now();
  const { count } = await tx.subscription.updateMany({
    where: { citizenId, state: 'live', graceUntil: { lte: now }, graceEndedAt: null },
    data: { graceEndedAt: now },
  });
  if (count > 0) await refreshTier(tx, deps, citizenId);
  return count > 0;
}

/** Tells a citizen once that their class gives as much as they pay for. Says whether they were told now. */
export async function tellOutgrown(tx: Tx, deps: WriteDeps, subscriptionId: string): Promise<boolean> {
  const citizenId = await lockSubscriberOf(tx, subscriptionId);
  const row = (await lockSubscriptions(tx, citizenId)).find(({ id }) => id === subscriptionId);
  const tiers = await citizenTiers(tx, citizenId);
  if (row?.state !== 'live' || row.outgrownAt !== null || tiers === null) return false;
  if (isAbove(row.tier as SoldTier, tiers.classTier)) return false;
  await tx.subscription.update({
    where: { id: subscriptionId },
    data: { outgrownAt: deps.clock.now() },
    select: { id: true },
  });
  const details = { from: row.tier, to: tiers.classTier };
  await notify(tx, deps, { citizenId, kind: 'subscription_outgrown', details });
  return true;
}

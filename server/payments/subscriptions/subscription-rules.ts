import { isRise } from '#server/citizens/rules.ts';
import type { Tier } from '#server/platform/session.ts';
import { soldTiers, type SoldTier, type SubscriptionStanding } from './subscription-schema.ts';

/** Operator settings with their defaults. */
export const subscriptionSettings = {
  /** How long a tier is left to a citizen whose invoice could not be collected. */
  graceDays: 7,
} as const;

const dayMs = 86_400_000;

/** What Stripe, asked afresh, says of a subscription. */
export interface SubscriptionFacts {
  stripeSubscriptionId: string;
  /** As Stripe calls it. */
  status: string;
  tier: SoldTier;
  priceMinor: bigint;
  periodEnd: Date;
  endsAt: Date | null;
  /** Since when its last invoice waits for money; null where it is paid. */
  failingSince: Date | null;
  startedAt: Date;
  endedAt: Date | null;
}

/** Of a row, what decides whether it gives its tier. */
export interface SubscriptionState {
  state: string;
  stripeStatus: string | null;
  failingSince: Date | null;
  graceUntil: Date | null;
}

interface TierBefore {
  tier: SoldTier;
  priceMinor: bigint;
}

const behind: readonly string[] = ['past_due', 'unpaid'];
const over: readonly string[] = ['canceled', 'incomplete_expired'];

/** What Stripe's status makes of a row. A failure counts from its first day, however often it is told. */
export function stateAfter(
  before: Pick<SubscriptionState, 'failingSince'>,
  facts: Pick<SubscriptionFacts, 'status' | 'failingSince' | 'periodEnd'>,
  { graceDays }: { graceDays: number } = subscriptionSettings,
): SubscriptionState {
  const { status: stripeStatus } = facts;
  if (over.includes(stripeStatus)) return { state: 'ended', stripeStatus, failingSince: null, graceUntil: null };
  if (!behind.includes(stripeStatus)) return { state: 'live', stripeStatus, failingSince: null, graceUntil: null };
  const told = facts.failingSince ?? facts.periodEnd;
  const failingSince = before.failingSince !== null && before.failingSince < told ? before.failingSince : told;
  return {
    state: 'live',
    stripeStatus,
    failingSince,
    graceUntil: new Date(failingSince.getTime() + graceDays * dayMs),
  };
}

/**
 * Which tier a row gives from then on, and at what price. A rise whose difference could not be collected, or is still on
 * its way from a bank, was not paid for: the tier before it stays until it is, whatever Stripe calls the subscription.
 */
export function tierAfter(
  before: TierBefore,
  facts: Pick<SubscriptionFacts, 'status' | 'tier' | 'priceMinor' | 'failingSince'>,
) {
  const isUnpaid = facts.failingSince !== null || behind.includes(facts.status);
  const { tier, priceMinor } = isUnpaid && isRise({ from: before.tier, to: facts.tier }) ? before : facts;
  return { tier, priceMinor };
}

/** How it stands with a subscription at a moment. Only `active` and `grace` give the tier. */
export function standingOf({ state, stripeStatus, graceUntil }: SubscriptionState, now: Date): SubscriptionStanding {
  if (state === 'started' || state === 'open') return 'opened';
  if (state === 'ended' || state === 'expired') return state;
  if (stripeStatus === 'active' || stripeStatus === 'trialing') return 'active';
  return graceUntil !== null && graceUntil > now ? 'grace' : 'lapsed';
}

export function givesTier(row: SubscriptionState, now: Date): boolean {
  const standing = standingOf(row, now);
  return standing === 'active' || standing === 'grace';
}

/** The highest tier that any of a citizen's subscriptions gives; null for none. */
export function tierGiven(rows: readonly (SubscriptionState & { tier: string })[], now: Date): SoldTier | null {
  const given = rows.filter((row) => givesTier(row, now)).map(({ tier }) => tier);
  return soldTiers.findLast((tier) => given.includes(tier)) ?? null;
}

/** Whether a class gives less than a tier that could be bought. */
export function isAbove(tier: SoldTier, classTier: Tier): boolean {
  return isRise({ from: classTier, to: tier });
}

/** The tax in a part of an amount, cumulative, so that all parts together have all of it. */
export function taxOfPart(
  whole: { amountMinor: bigint; taxMinor: bigint },
  done: { amountMinor: bigint; taxMinor: bigint },
  partMinor: bigint,
): bigint {
  return (whole.taxMinor * (done.amountMinor + partMinor)) / whole.amountMinor - done.taxMinor;
}

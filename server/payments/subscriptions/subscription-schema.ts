import { z } from '#server/platform/zod.ts';
import type { Entitlement } from '#server/citizens/entitlements.ts';
import type { UsdMinor } from '#server/money/money.ts';
import type { Tier } from '#server/platform/session.ts';
import { checkoutSessionId } from '#server/payments/schema.ts';

/** Inputs and views of subscriptions, shared by forms, procedures and pages. */

export const soldTiers = ['participant', 'creator', 'enterprise'] as const;
export const soldTier = z.enum(soldTiers);
export type SoldTier = z.infer<typeof soldTier>;

/** A key made once per rendered form; a repeat with the same key is the same attempt. */
export const startSubscriptionInput = z.object({ tier: soldTier, key: z.uuid() });
export const subscriptionSessionInput = z.object({ sessionId: checkoutSessionId });

/**
 * `opened`: not paid yet. `active`: paid. `grace`: an invoice failed, and the tier is left for a while. `lapsed`: it
 * failed for too long, the tier is gone until it is paid. `ended`: over for good. `expired`: never paid.
 */
export const subscriptionStandings = ['opened', 'active', 'grace', 'lapsed', 'ended', 'expired'] as const;
export type SubscriptionStanding = (typeof subscriptionStandings)[number];

export interface SubscriptionView {
  id: string;
  tier: SoldTier;
  /** A month. */
  priceMinor: UsdMinor;
  standing: SubscriptionStanding;
  periodEnd: Date | null;
  /** When it ends by the citizen's wish; null when it goes on. */
  endsAt: Date | null;
  graceUntil: Date | null;
}

export interface InvoiceView {
  id: string;
  number: string | null;
  state: 'open' | 'paid' | 'void' | 'uncollectible';
  amountMinor: UsdMinor;
  taxMinor: UsdMinor;
  refundedMinor: UsdMinor;
  issuedAt: Date;
  paidAt: Date | null;
}

/** Everything that the page of plans shows. */
export interface PlanView {
  /** What counts: the higher of the two below. */
  tier: Tier;
  classTier: Tier;
  subscribedTier: SoldTier | null;
  tiers: Entitlement[];
  /** The one that lives; else the last that ended; null where there never was one. */
  subscription: SubscriptionView | null;
  invoices: InvoiceView[];
}

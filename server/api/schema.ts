import { z } from 'zod';
import { features } from '#server/citizens/schema.ts';
import { inboxStates } from '#server/platform/inbox-schema.ts';

/** Why posting may go on: words that someone else will want to read later. */
export const breakerReasonLength = { min: 10, max: 1_000 };

export const breakerReasonInput = z.object({
  reason: z.string().trim().min(breakerReasonLength.min).max(breakerReasonLength.max),
});

/** A reversal that another operator must approve. */
export const correctionInput = z.object({
  key: z.uuid(),
  transferId: z.uuid(),
  amountMinor: z.bigint().positive(),
  reason: z.string().trim().min(10).max(500),
});

export const correctionChoiceInput = z.object({ id: z.uuid(), choice: z.enum(['approve', 'reject', 'withdraw']) });

/** Who is meant, by the name under which Venice knows them. */
export const usernameInput = z.object({ username: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/) });

export const operatorRoles = ['support', 'finance', 'admin'] as const;

/** What an operator may do from now on. */
export const appointInput = usernameInput.extend({ operatorRole: z.enum(operatorRoles) });

/** Why a citizen's second factors are taken: words that someone else will want to read later. */
export const resetFactorsInput = usernameInput.extend({ reason: z.string().trim().min(10).max(500) });

const usdMinor = z.bigint().min(0n).max(100_000_000_000_000n);
const days = z.int().min(0).max(365);

/** What a trust level allows; amounts in cents before fees. */
export const trustLimitsInput = z.object({
  topUpDayUsdMinor: usdMinor,
  topUpMonthUsdMinor: usdMinor,
  holdBoughtDays: days,
  holdEarnedDays: days,
  cashOutDayUsdMinor: usdMinor,
  cashOutMonthUsdMinor: usdMinor,
  /** Null is without limit. */
  listingsMax: z.int().min(0).max(1_000_000).nullable(),
});

export const earnedLevelInput = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]);

export const changeTrustLimitsInput = z.object({ level: earnedLevelInput, limits: trustLimitsInput });

/** What the levels ask for, and how long setbacks last. */
export const trustGatesInput = z.object({
  knownAgeDays: days,
  knownPurchaseAgeDays: days,
  trustedAfterDays: days,
  trustedDisputeRatePpm: z.int().min(0).max(1_000_000),
  factorsResetDays: days,
  payoutAccountDays: days,
  newCardHoldDays: days,
  chargebackDays: days,
});

/** An operator's decision about one citizen; null takes the decisions before it back. */
export const assignTrustInput = usernameInput.extend({
  level: z.union([earnedLevelInput, z.literal(4)]).nullable(),
  /** The numbers of level 4, and of no other. */
  contract: trustLimitsInput.nullable(),
  reason: z.string().trim().min(10).max(500),
});

export const tiers = ['observer', 'participant', 'creator', 'enterprise'] as const;

/** What a tier may use and pays. */
export const entitlementInput = z.object({
  tier: z.enum(tiers),
  features: z.array(z.enum(features)).max(features.length),
  /** Null is unlimited within fair use. */
  apiCallsPerMonth: z.int().min(0).max(1_000_000_000).nullable(),
  saleFeePpm: z.int().min(0).max(1_000_000),
  /** Cents a month; null where the tier is not sold. */
  subscriptionUsdMinor: usdMinor.min(1n).nullable(),
});

const eventText = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_.-]{1,255}$/);

/** Which incoming events to show. */
export const eventsInput = z.object({
  state: z.enum(inboxStates).optional(),
  type: eventText.optional(),
  id: eventText.optional(),
  cursor: z.uuid().nullish(),
  limit: z.int().min(1).max(100).default(50),
});

export const eventInput = z.object({ id: z.uuid() });

import { z } from 'zod';
import { Prisma } from '#server/platform/db.ts';
import { citizenFactsSql, contractOf } from './trust-facts.ts';
import { standingOf, type TrustLevel, type TrustStanding } from './trust-rules.ts';

/** A citizen's standing read as one value, so that a statement which reads other things too can answer it. */

/** Everything that a standing follows from: a value of SQL, which `standingFrom` reads. */
export function trustReadingSql(citizenId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    jsonb_build_object(
      'facts', (SELECT to_jsonb(facts) FROM (${citizenFactsSql(citizenId)}) AS facts),
      'assignment', (
        SELECT to_jsonb(latest) FROM (
          SELECT level, contract, decided_at AS "decidedAt" FROM trust_assignment
           WHERE citizen_id = ${citizenId} ORDER BY decided_at DESC, id DESC LIMIT 1) AS latest),
      'limits', (
        SELECT jsonb_object_agg(level, to_jsonb(allowed) - 'level') FROM (
          SELECT level, top_up_day_usd_minor::text AS "topUpDayUsdMinor", top_up_month_usd_minor::text AS "topUpMonthUsdMinor",
                 hold_bought_days AS "holdBoughtDays", hold_earned_days AS "holdEarnedDays",
                 cash_out_day_usd_minor::text AS "cashOutDayUsdMinor",
                 cash_out_month_usd_minor::text AS "cashOutMonthUsdMinor", listings_max AS "listingsMax"
            FROM trust_setting) AS allowed),
      'gates', (
        SELECT to_jsonb(gate) FROM (
          SELECT known_age_days AS "knownAgeDays", known_purchase_age_days AS "knownPurchaseAgeDays",
                 trusted_after_days AS "trustedAfterDays", trusted_dispute_rate_ppm AS "trustedDisputeRatePpm",
                 factors_reset_days AS "factorsResetDays", payout_account_days AS "payoutAccountDays",
                 new_card_hold_days AS "newCardHoldDays", chargeback_days AS "chargebackDays"
            FROM trust_gate WHERE id = 1) AS gate))`;
}

const time = z.string().transform((text) => new Date(text));
const count = z.int();
const cents = z.string().transform(BigInt);

const readFacts = z.object({
  firstSeenAt: time,
  hasSecondFactor: z.boolean(),
  emailVerifiedAt: time.nullable(),
  identityVerifiedAt: time.nullable(),
  cleanPurchases: count,
  oldestCleanPurchaseAt: time.nullable(),
  cleanPurchaseSinceAt: time.nullable(),
  sales: count,
  salesLost: count,
  chargebacks: count,
  factorsResetAt: time.nullable(),
  factorRemovedAt: time.nullable(),
  payoutAccountAt: time.nullable(),
  newCardAt: time.nullable(),
  chargebackAt: time.nullable(),
  chargebacksSettledAt: time.nullable(),
});

const readLimits = z.object({
  topUpDayUsdMinor: cents,
  topUpMonthUsdMinor: cents,
  holdBoughtDays: count,
  holdEarnedDays: count,
  cashOutDayUsdMinor: cents,
  cashOutMonthUsdMinor: cents,
  listingsMax: count.nullable(),
});

const readGates = z.object({
  knownAgeDays: count,
  knownPurchaseAgeDays: count,
  trustedAfterDays: count,
  trustedDisputeRatePpm: count,
  factorsResetDays: count,
  payoutAccountDays: count,
  newCardHoldDays: count,
  chargebackDays: count,
});

const trustReading = z.object({
  facts: readFacts,
  assignment: z
    .object({
      level: z
        .int()
        .transform((level) => level as TrustLevel)
        .nullable(),
      contract: z.unknown().transform((stored) => contractOf(stored ?? null)),
      decidedAt: time,
    })
    .nullable(),
  limits: z.object({ 0: readLimits, 1: readLimits, 2: readLimits, 3: readLimits }),
  gates: readGates,
});

/** Where a citizen stood when `trustReadingSql` was read. A citizen who is not there, or a level without limits, is a defect. */
export function standingFrom(reading: unknown, now: Date): TrustStanding {
  const { facts, assignment, limits, gates } = trustReading.parse(reading);
  return standingOf({ ...facts, assignment }, { limits, gates }, now);
}

import { z } from 'zod';
import { Prisma, type Db } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { TrustAssignment, TrustFacts, TrustLevel, TrustLimits } from './trust-rules.ts';

interface FactRow {
  /** Null where there is no such citizen. */
  firstSeenAt: Date | null;
  hasSecondFactor: boolean;
  /** Since when they can be reached by e-mail. */
  emailVerifiedAt: Date | null;
  identityVerifiedAt: Date | null;
  cleanPurchases: number;
  oldestCleanPurchaseAt: Date | null;
  cleanPurchaseSinceAt: Date | null;
  sales: number;
  salesLost: number;
  chargebacks: number;
  factorsResetAt: Date | null;
  factorRemovedAt: Date | null;
  payoutAccountAt: Date | null;
  newCardAt: Date | null;
  chargebackAt: Date | null;
  chargebacksSettledAt: Date | null;
}

/** Everything that a citizen's level is decided by, as it stands now. */
export async function trustFacts(db: Db, citizenId: string): Promise<TrustFacts> {
  const { firstSeenAt, ...facts } = await citizenFacts(db, citizenId);
  invariant(firstSeenAt !== null, 'trust is asked for of citizens');
  return { firstSeenAt, ...facts, assignment: await lastAssignment(db, citizenId) };
}

async function citizenFacts(db: Db, citizenId: string): Promise<FactRow> {
  const rows = await db.$queryRaw<FactRow[]>(citizenFactsSql(Prisma.sql`${citizenId}::uuid`));
  const [row] = rows;
  invariant(row !== undefined, 'an aggregate has a row');
  return row;
}

/**
 * One row for the citizen and their events. A purchase is clean while nothing names it that takes it back; a chargeback
 * is open until something says that it is settled.
 */
export function citizenFactsSql(citizenId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH event AS (SELECT kind, reference, occurred_at AS at FROM trust_event WHERE citizen_id = ${citizenId}),
    clean AS (
      SELECT p.at FROM event p WHERE p.kind = 'purchase' AND NOT EXISTS (
        SELECT FROM event t WHERE t.reference = p.reference AND t.kind IN ('chargeback', 'purchase_refunded'))),
    settled AS (
      SELECT CASE WHEN count(*) FILTER (WHERE s.at IS NULL) = 0 THEN max(greatest(s.at, c.at)) END AS at
      FROM event c LEFT JOIN event s ON s.reference = c.reference AND s.kind = 'chargeback_settled'
      WHERE c.kind = 'chargeback')
    SELECT (SELECT first_seen_at FROM citizen WHERE id = ${citizenId}) AS "firstSeenAt",
           (SELECT has_second_factor FROM citizen WHERE id = ${citizenId}) AS "hasSecondFactor",
           (SELECT reachable_since FROM contact_email WHERE citizen_id = ${citizenId}) AS "emailVerifiedAt",
           min(at) FILTER (WHERE kind = 'identity_verified') AS "identityVerifiedAt",
           (SELECT count(*) FROM clean)::integer AS "cleanPurchases",
           (SELECT min(at) FROM clean) AS "oldestCleanPurchaseAt",
           (SELECT min(c.at) FROM clean c, settled s WHERE c.at > s.at) AS "cleanPurchaseSinceAt",
           (count(*) FILTER (WHERE kind = 'sale'))::integer AS sales,
           (count(*) FILTER (WHERE kind = 'sale_lost'))::integer AS "salesLost",
           (count(*) FILTER (WHERE kind = 'chargeback'))::integer AS chargebacks,
           max(at) FILTER (WHERE kind = 'factors_reset') AS "factorsResetAt",
           max(at) FILTER (WHERE kind = 'factor_removed') AS "factorRemovedAt",
           max(at) FILTER (WHERE kind = 'payout_account') AS "payoutAccountAt",
           max(at) FILTER (WHERE kind = 'new_card') AS "newCardAt",
           max(at) FILTER (WHERE kind = 'chargeback') AS "chargebackAt",
           (SELECT at FROM settled) AS "chargebacksSettledAt"
    FROM event`;
}

const cents = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(BigInt);
const days = z.int().min(0).max(365);

/** A contract as it is kept: amounts as texts of cents. */
const storedContract = z.object({
  topUpDayUsdMinor: cents,
  topUpMonthUsdMinor: cents,
  holdBoughtDays: days,
  holdEarnedDays: days,
  cashOutDayUsdMinor: cents,
  cashOutMonthUsdMinor: cents,
  listingsMax: z.int().min(0).nullable(),
});

export function contractOf(stored: unknown): TrustLimits | null {
  return stored === null ? null : storedContract.parse(stored);
}

/** How a contract is kept in JSON. */
export function storedContractOf(limits: TrustLimits): Record<string, string | number | null> {
  return {
    ...limits,
    topUpDayUsdMinor: limits.topUpDayUsdMinor.toString(),
    topUpMonthUsdMinor: limits.topUpMonthUsdMinor.toString(),
    cashOutDayUsdMinor: limits.cashOutDayUsdMinor.toString(),
    cashOutMonthUsdMinor: limits.cashOutMonthUsdMinor.toString(),
  };
}

async function lastAssignment(db: Db, citizenId: string): Promise<TrustAssignment | null> {
  const row = await db.trustAssignment.findFirst({
    where: { citizenId },
    orderBy: [{ decidedAt: 'desc' }, { id: 'desc' }],
    select: { level: true, contract: true, decidedAt: true },
  });
  if (row === null) return null;
  return { level: row.level as TrustLevel | null, contract: contractOf(row.contract), decidedAt: row.decidedAt };
}

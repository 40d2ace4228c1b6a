import { Prisma, type Db, type Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { Tier } from '#server/platform/session.ts';
import { features, type Feature } from './schema.ts';

/** What a tier may use and pays. */
export interface Entitlement {
  tier: Tier;
  features: Feature[];
  /** Null is unlimited within fair use. */
  apiCallsPerMonth: number | null;
  /** The house's share of a sale, in millionths. */
  saleFeePpm: number;
  /** Cents a month; null where the tier is not sold. */
  subscriptionUsdMinor: bigint | null;
}

const columns = {
  tier: true,
  features: true,
  apiCallsPerMonth: true,
  saleFeePpm: true,
  subscriptionUsdMinor: true,
} as const;

const tiersUpwards: readonly Tier[] = ['observer', 'participant', 'creator', 'enterprise'];

/**
 * What a tier may use and pays at this moment. Not cached: it is one row by its key, and what an operator changes must
 * count for the very next purchase in every process.
 */
export async function entitlementOf(db: Db, tier: Tier): Promise<Entitlement> {
  const row = await db.tierEntitlement.findUnique({ where: { tier }, select: columns });
  invariant(row !== null, 'every tier has its entitlement');
  return entitlementFrom(row);
}

/** What a sale of a citizen costs by their tier at this moment, in millionths: a value of SQL. */
export function tierFeeSql(citizenId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    (SELECT entitlement.sale_fee_ppm
       FROM citizen seller JOIN tier_entitlement entitlement USING (tier)
      WHERE seller.id = ${citizenId})`;
}

/** Those of all tiers, from the lowest to the highest. */
export async function entitlements(db: Db): Promise<Entitlement[]> {
  const rows = (await db.tierEntitlement.findMany({ select: columns, take: 4 })).map(entitlementFrom);
  return rows.toSorted((left, right) => tiersUpwards.indexOf(left.tier) - tiersUpwards.indexOf(right.tier));
}

/** Whether a tier may use a feature at this moment. */
export async function mayUse(db: Db, input: { tier: Tier; feature: Feature }): Promise<boolean> {
  return (await entitlementOf(db, input.tier)).features.includes(input.feature);
}

/**
 * Sets what a tier may use and pays, from the next purchase on; orders that were placed keep their fee. Refuses
 * `entitlement_not_rising` (invalid) where a higher tier would pay a higher fee or have fewer calls than a lower one.
 */
export async function changeEntitlement(tx: Tx, changed: Entitlement): Promise<void> {
  await tx.$queryRaw`SELECT tier FROM tier_entitlement ORDER BY tier FOR UPDATE`;
  const all = (await entitlements(tx)).map((present) => (present.tier === changed.tier ? changed : present));
  const isRising = all.every((higher, place) => {
    const lower = all[place - 1];
    return lower === undefined || isAtLeast(higher, lower);
  });
  if (!isRising) {
    throw refuse(
      'invalid',
      'entitlement_not_rising',
      'A higher tier pays at most the fee of a lower one and has at least its calls.',
    );
  }
  const { tier, ...data } = changed;
  await tx.tierEntitlement.update({ where: { tier }, data, select: { tier: true } });
}

function isAtLeast(higher: Entitlement, lower: Entitlement): boolean {
  if (higher.saleFeePpm > lower.saleFeePpm) return false;
  if (higher.apiCallsPerMonth === null) return true;
  return lower.apiCallsPerMonth !== null && higher.apiCallsPerMonth >= lower.apiCallsPerMonth;
}

/** The table's checks allow no other tiers; a feature that this version does not know is left out. */
function entitlementFrom(
  row: Omit<Entitlement, 'tier' | 'features'> & { tier: string; features: string[] },
): Entitlement {
  const known = features.filter((feature) => row.features.includes(feature));
  return { ...row, tier: row.tier as Tier, features: known };
}

import type { Db } from '#server/platform/db.ts';
import type { OperatorRole, Role, Tier } from '#server/platform/session.ts';

export interface Citizen {
  id: string;
  username: string;
  displayName: string;
  socialClass: string | null;
  tier: Tier;
  isAi: boolean;
  role: Role;
  operatorRole: OperatorRole | null;
  hasSecondFactor: boolean;
}

export const citizenColumns = {
  id: true,
  username: true,
  displayName: true,
  socialClass: true,
  tier: true,
  isAi: true,
  role: true,
  operatorRole: true,
  hasSecondFactor: true,
} as const;

export async function citizenById(db: Db, citizenId: string): Promise<Citizen | null> {
  const row = await db.citizen.findUnique({ where: { id: citizenId }, select: citizenColumns });
  return row === null ? null : citizenOf(row);
}

export async function citizenByUsername(db: Db, username: string): Promise<Citizen | null> {
  const row = await db.citizen.findUnique({ where: { username }, select: citizenColumns });
  return row === null ? null : citizenOf(row);
}

/**
 * The citizen of a name with when Venice last spoke of them, or `closed` when their account was closed here: then the
 * name is gone, and its keyed fingerprint (`formerUsernameHash`) tells.
 */
export async function citizenStanding(
  db: Db,
  name: { username: string; usernameHash: string },
): Promise<{ citizen: Citizen; refreshedAt: Date } | 'closed' | null> {
  const select = { ...citizenColumns, refreshedAt: true, closedAt: true };
  const where = { OR: [{ username: name.username }, { formerUsernameHash: name.usernameHash }] };
  const row = await db.citizen.findFirst({ where, select });
  if (row === null) return null;
  const { refreshedAt, closedAt, ...citizen } = row;
  return closedAt === null ? { citizen: citizenOf(citizen), refreshedAt } : 'closed';
}

/** Where a citizen's tier comes from: their class, and what a subscription adds. Null for nobody and closed accounts. */
export async function citizenTiers(
  db: Db,
  citizenId: string,
): Promise<{ tier: Tier; classTier: Tier; subscribedTier: Tier | null } | null> {
  const select = { tier: true, classTier: true, subscribedTier: true } as const;
  const row = await db.citizen.findUnique({ where: { id: citizenId, closedAt: null }, select });
  if (row === null) return null;
  return {
    tier: row.tier as Tier,
    classTier: row.classTier as Tier,
    subscribedTier: row.subscribedTier as Tier | null,
  };
}

/** Unknown ids are left out. At most 100 ids in one call. */
export async function citizensByIds(db: Db, citizenIds: readonly string[]): Promise<Map<string, Citizen>> {
  const ids = [...new Set(citizenIds)].slice(0, 100);
  const rows = await db.citizen.findMany({ where: { id: { in: ids } }, select: citizenColumns });
  return new Map(rows.map((row) => [row.id, citizenOf(row)]));
}

type CitizenRow = Omit<Citizen, 'tier' | 'role' | 'operatorRole'> & {
  tier: string;
  role: string;
  operatorRole: string | null;
};

/** The table's checks allow no other words in these columns. */
export function citizenOf(row: CitizenRow): Citizen {
  const { tier, role, operatorRole, ...rest } = row;
  return { ...rest, tier: tier as Tier, role: role as Role, operatorRole: operatorRole as OperatorRole | null };
}

/** What is stored of what Venice told about a citizen, and when it did. */
export async function storedStanding(db: Db, citizenId: string) {
  const select = { username: true, displayName: true, socialClass: true, tier: true, refreshedAt: true } as const;
  const row = await db.citizen.findUnique({ where: { id: citizenId }, select });
  return row === null ? null : { ...row, tier: row.tier as Tier };
}

/** A citizen's place in the row of those whose record is old. */
export interface DuePlace {
  id: string;
  refreshedAt: Date;
}

export interface CitizenDue extends DuePlace {
  username: string;
}

/** Citizens with an open account whose record is older than `dueBefore`, the oldest first, from behind the place where somebody stopped. */
export function citizensDue(
  db: Db,
  query: { dueBefore: Date; after: DuePlace | null; limit: number },
): Promise<CitizenDue[]> {
  const { dueBefore, after, limit } = query;
  const isBehind =
    after === null
      ? {}
      : { OR: [{ refreshedAt: { gt: after.refreshedAt } }, { refreshedAt: after.refreshedAt, id: { gt: after.id } }] };
  return db.citizen.findMany({
    where: { AND: [{ refreshedAt: { lt: dueBefore }, closedAt: null }, isBehind] },
    orderBy: [{ refreshedAt: 'asc' }, { id: 'asc' }],
    take: limit,
    select: { id: true, username: true, refreshedAt: true },
  });
}

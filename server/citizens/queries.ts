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

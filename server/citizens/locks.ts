import type { Tx } from '#server/platform/db.ts';
import { citizenColumns, citizenOf, type Citizen } from './queries.ts';

const citizensMax = 100;

/**
 * Those of some citizens whose account is open, and stays so until the transaction ends: closing waits, everything else
 * goes on. Locked in the order of their ids. At most 100 in one call.
 */
export async function lockOpenCitizens(tx: Tx, citizenIds: readonly string[]): Promise<Map<string, Citizen>> {
  const ids = [...new Set(citizenIds)].sort().slice(0, citizensMax);
  const open = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text AS id FROM citizen WHERE id = ANY (${ids}::uuid[]) AND closed_at IS NULL ORDER BY id FOR KEY SHARE`;
  const rows = await tx.citizen.findMany({
    where: { id: { in: open.map(({ id }) => id) } },
    select: citizenColumns,
  });
  return new Map(rows.map((row) => [row.id, citizenOf(row)]));
}

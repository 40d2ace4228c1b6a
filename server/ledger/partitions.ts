import type { Db } from '#server/platform/db.ts';

/** Months of transfers for which there is always room ahead of the present one. */
export const monthsAhead = 3;

/**
 * Makes the months of the transfer table that are missing and returns how many; run daily, it is idempotent. Partitions
 * made ahead of their time are pg_partman's idea; here the time is the one in the UUIDv7 of a transfer.
 */
export async function ensurePartitions(db: Db): Promise<number> {
  const rows = await db.$queryRaw<{ made: number }[]>`SELECT ledger.ensure_partitions(${monthsAhead}::integer) AS made`;
  return rows[0]?.made ?? 0;
}

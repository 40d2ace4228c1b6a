import type { Db } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import { lotsOf } from './queries.ts';

/** Granted units whose time is over. They can be spent until somebody takes them back. */

/**
 * Accounts that hold granted units which expired at or before a moment, as far as the projection has come: the next
 * `limit` (1 to 1,000) after an account, by id.
 */
export async function accountsWithExpired(
  db: Db,
  { at, after, limit }: { at: Date; after: bigint; limit: number },
): Promise<bigint[]> {
  invariant(limit >= 1 && limit <= 1_000, 'a page holds 1 to 1,000 accounts');
  const rows = await db.$queryRaw<{ account_id: bigint }[]>`
    SELECT DISTINCT l.account_id FROM lot_fact f JOIN lot l ON l.fact_id = f.id
    WHERE f.kind = 'granted' AND f.expires_at <= ${at} AND l.account_id > ${after}::bigint
    ORDER BY l.account_id LIMIT ${limit}::integer`;
  return rows.map(({ account_id: id }) => id);
}

/**
 * How many minor units of an account expired at or before a moment. They are the first that the account spends, so a
 * transfer of that amount takes these and no others, where the account did not move meanwhile.
 */
export async function expiredOf(db: Db, accountId: bigint, at: Date): Promise<bigint> {
  const lots = await lotsOf(db, accountId, { at });
  return lots
    .filter(({ kind, isExpired }) => kind === 'granted' && isExpired)
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

import type { Db } from '#server/platform/db.ts';
import { loadFacts, loadHolds } from './load.ts';
import { heldUntil, isHeldAt } from './lots.ts';
import { microsOf } from './wire.ts';

interface HeldByEvent {
  accountId: bigint;
  factId: string;
  size: bigint;
}

/**
 * All units that are held at a moment, in minor units, wherever they are: in wallets, in escrow, on their way. As far as
 * the projection has come. Lots whose hold nobody changed are summed by PostgreSQL, the few others are looked at one by
 * one.
 */
export async function heldTotal(db: Db, at: Date): Promise<bigint> {
  const [plain] = await db.$queryRaw<{ sum: bigint }[]>`
    SELECT coalesce(sum(l.serial_until - l.serial_from), 0)::bigint AS sum
    FROM lot_fact f JOIN lot l ON l.fact_id = f.id
    WHERE f.hold_until > ${at} AND f.kind <> 'stock'
      AND NOT EXISTS (SELECT FROM lot_hold h WHERE h.source_type = f.source_type AND h.source_id = f.source_id)
      AND NOT EXISTS (SELECT FROM lot_hold h WHERE h.source_type = f.origin_type AND h.source_id = f.origin_id)
      AND NOT EXISTS (SELECT FROM lot_hold h WHERE h.account_id = l.account_id)`;
  const changed = await db.$queryRaw<HeldByEvent[]>`
    SELECT l.account_id AS "accountId", f.id::text AS "factId", sum(l.serial_until - l.serial_from)::bigint AS size
    FROM lot_fact f JOIN lot l ON l.fact_id = f.id
    WHERE f.kind <> 'stock'
      AND (EXISTS (SELECT FROM lot_hold h WHERE h.source_type = f.source_type AND h.source_id = f.source_id)
        OR EXISTS (SELECT FROM lot_hold h WHERE h.source_type = f.origin_type AND h.source_id = f.origin_id)
        OR EXISTS (SELECT FROM lot_hold h WHERE h.account_id = l.account_id))
    GROUP BY l.account_id, f.id`;
  return (plain?.sum ?? 0n) + (await heldOfChanged(db, changed, at));
}

async function heldOfChanged(db: Db, changed: readonly HeldByEvent[], at: Date): Promise<bigint> {
  if (changed.length === 0) return 0n;
  const facts = await loadFacts(db, [...new Set(changed.map(({ factId }) => factId))]);
  const sources = [...facts.values()].flatMap(({ source, origin }) => [source, origin]);
  const accountIds = [...new Set(changed.map(({ accountId }) => accountId))];
  const holds = await loadHolds(db, { sources, accountIds });
  const moment = microsOf(at);
  return changed.reduce((sum, { accountId, factId, size }) => {
    const fact = facts.get(factId);
    if (fact === undefined) return sum;
    return isHeldAt(heldUntil({ fact, accountId }, holds, moment), moment) ? sum + size : sum;
  }, 0n);
}

import type { CheckScope } from '#server/ledger/check-scope.ts';
import type { BookCheck } from '#server/ledger/checks.ts';
import { clearingKinds } from '#server/ledger/kinds.ts';
import { Prisma } from '#server/platform/db.ts';

/** What someone should look at though no balance is wrong. */
export function houseChecks({ isFull }: CheckScope): BookCheck[] {
  return [...(isFull ? [velocityCounters] : []), bridgeZero, partitionsAhead, breakerClosed];
}

/** Both assets of a top-up are booked in one call, so money rests on a clearing account only where something is missing. */
const clearingMinutesMax = 15;

/**
 * Counted from the first entry after which the account was never 0 again: its last entry would always be a recent one
 * while other events pass through, and what is stuck would never show.
 */
const bridgeZero: BookCheck = {
  name: 'bridge_zero',
  severity: 'soft',
  rows: Prisma.sql`
    SELECT s.id, 0, format('account %s (%s)', s.id, s.name), '0',
           format('%s for %s minutes', s.balance, floor(extract(epoch FROM ledger.now() - s.since) / 60))
    FROM (SELECT a.id, k.name, a.balance, (
              SELECT e.booked_at FROM ledger.entry e WHERE e.account_id = a.id AND e.version > coalesce((
                SELECT z.version FROM ledger.entry z WHERE z.account_id = a.id AND z.balance = 0
                ORDER BY z.version DESC LIMIT 1), 0)
              ORDER BY e.version LIMIT 1) AS since
          FROM ledger.account a JOIN ledger.account_kind k ON k.code = a.kind AND k.asset = a.asset
          WHERE k.name = ANY (${[...clearingKinds]}::text[]) AND a.balance <> 0 OFFSET 0) s
    WHERE s.since <= ledger.now() - make_interval(mins => ${clearingMinutesMax}::integer)`,
};

const partitionsAhead: BookCheck = {
  name: 'partitions_ahead',
  severity: 'soft',
  rows: Prisma.sql`
    SELECT 0, 0, 'months of transfers', 'a month in reserve', coalesce(max(p.name), 'no partition')
    FROM ledger.transfer_partition p
    HAVING coalesce(max(p.ids_until::text), '') < ledger.uuid_floor(ledger.now() + interval '20 days')::text`,
};

const breakerClosed: BookCheck = {
  name: 'breaker_closed',
  severity: 'soft',
  rows: Prisma.sql`
    SELECT 0, 0, 'the posting breaker', 'closed', 'open: ' || coalesce(c.breaker_reason, '')
    FROM ledger.control c WHERE c.breaker_open`,
};

/**
 * The counters of limits, bucket by bucket, against the transfers they count. Soft: a wrong counter lets an owner do
 * more or less than the limits say, but no balance is wrong. Buckets before the present period are of no use any more
 * and may be gone; transfers count again from the entries of the owner's accounts, so only those since then are read.
 */
const velocityCounters: BookCheck = {
  name: 'velocity_counters',
  severity: 'soft',
  rows: Prisma.sql`
    SELECT 0, 0, format('%s of kind %s, %s from %s', l.owner, l.kind, CASE l.side WHEN 1 THEN 'out' ELSE 'in' END, u.starts_at),
           format('%s in %s transfers', u.amount, u.transfers), format('%s in %s transfers', u.kept_amount, u.kept_transfers)
    FROM ledger.velocity_limit l
    CROSS JOIN LATERAL (SELECT ledger.period_start(l.period, ledger.now()) AS since) p
    CROSS JOIN LATERAL (
      SELECT coalesce(c.starts_at, k.starts_at) AS starts_at, coalesce(c.amount, 0) AS amount,
             coalesce(c.transfers, 0) AS transfers, coalesce(k.amount, 0) AS kept_amount, coalesce(k.transfers, 0) AS kept_transfers
      FROM (SELECT ledger.bucket_start(l.period, v.counted_at) AS starts_at, sum(v.amount) AS amount, sum(v.transfers) AS transfers
            FROM ledger.velocity_of(l.owner, p.since) v
            WHERE v.asset = l.asset AND v.kind = l.kind AND v.side = l.side GROUP BY 1) c
      FULL JOIN (SELECT b.starts_at, b.amount, b.transfers FROM ledger.velocity_bucket b
                 WHERE b.owner = l.owner AND b.asset = l.asset AND b.kind = l.kind AND b.side = l.side
                   AND b.period = l.period AND b.starts_at >= p.since) k ON k.starts_at = c.starts_at) u
    WHERE u.amount <> u.kept_amount OR u.transfers <> u.kept_transfers`,
};

import type { Db } from '#server/platform/db.ts';

/** What operators see of the reconciliation. Amounts in cents. */

export const alertAfterMs = 3_600_000;

/** What movements without a fact, or with another amount, change Stripe's balance by beyond what the books hold. */
export async function missingHereMinor(db: Db): Promise<bigint> {
  const [row] = await db.$queryRaw<{ sum: bigint }[]>`
    SELECT coalesce(sum(b.amount_minor - coalesce(f.amount_minor, 0)
                        - CASE WHEN b.is_fee_booked THEN 0 ELSE b.fee_minor - coalesce(f.fee_minor, 0) END), 0)::bigint AS sum
    FROM balance_transaction b LEFT JOIN stripe_fact f ON f.id = b.fact_id
    WHERE b.state <> 'matched' AND b.currency = 'usd'`;
  return row?.sum ?? 0n;
}

/** What facts change the books by that Stripe has not moved yet. */
export async function missingThereMinor(db: Db): Promise<bigint> {
  const [row] = await db.$queryRaw<{ sum: bigint }[]>`
    SELECT coalesce(sum(f.amount_minor - coalesce(f.fee_minor, 0)), 0)::bigint AS sum
    FROM stripe_fact f
    WHERE f.balance_transaction_id IS NULL
      AND NOT EXISTS (SELECT FROM balance_transaction b WHERE b.fact_id = f.id)`;
  return row?.sum ?? 0n;
}

export interface ReconciliationCounts {
  matched: number;
  missingHere: number;
  missingThere: number;
  different: number;
  /** Of the last three, those older than an hour. */
  overdue: number;
}

export async function reconciliationCounts(db: Db, now: Date): Promise<ReconciliationCounts> {
  const late = new Date(now.getTime() - alertAfterMs);
  const states = await db.$queryRaw<{ state: string; count: number; overdue: number }[]>`
    SELECT state, count(*)::integer AS count,
           (count(*) FILTER (WHERE state <> 'matched' AND first_seen_at < ${late}))::integer AS overdue
    FROM balance_transaction GROUP BY state`;
  const [there] = await db.$queryRaw<{ count: number; overdue: number }[]>`
    SELECT count(*)::integer AS count, (count(*) FILTER (WHERE f.booked_at < ${late}))::integer AS overdue
    FROM stripe_fact f
    WHERE f.balance_transaction_id IS NULL
      AND NOT EXISTS (SELECT FROM balance_transaction b WHERE b.fact_id = f.id)`;
  const payouts = await db.$queryRaw<{ state: string; count: number; overdue: number }[]>`
    SELECT state, count(*)::integer AS count, (count(*) FILTER (WHERE first_seen_at < ${late}))::integer AS overdue
    FROM payout_mismatch GROUP BY state`;
  const countOf = (state: string) =>
    [...states, ...payouts].reduce((sum, row) => (row.state === state ? sum + row.count : sum), 0);
  return {
    matched: countOf('matched'),
    missingHere: countOf('missing_here'),
    different: countOf('different'),
    missingThere: (there?.count ?? 0) + countOf('missing_there'),
    overdue: [...states, ...payouts, there].reduce((sum, row) => sum + (row?.overdue ?? 0), 0),
  };
}

/** A movement and a fact that do not fit, or one without the other. */
export interface ReconciliationItem {
  state: 'missing_here' | 'missing_there' | 'different';
  type: string;
  sourceId: string | null;
  /** At Stripe; null where Stripe has no such movement. */
  stripeMinor: bigint | null;
  feeMinor: bigint | null;
  /** In the books; null where they have no such fact. */
  booksMinor: bigint | null;
  difference: 'amount' | 'fee' | 'currency' | null;
  currency: string;
  balanceTransactionId: string | null;
  transferId: string | null;
  since: Date;
}

/** What does not fit, the oldest first. */
export async function openItems(db: Db, limit: number): Promise<ReconciliationItem[]> {
  return await db.$queryRaw<ReconciliationItem[]>`
    SELECT b.state, b.type, b.source_id AS "sourceId", b.amount_minor AS "stripeMinor", b.fee_minor AS "feeMinor",
           f.amount_minor AS "booksMinor", b.difference, b.currency, b.id AS "balanceTransactionId",
           f.transfer_id::text AS "transferId", b.first_seen_at AS since
    FROM balance_transaction b LEFT JOIN stripe_fact f ON f.id = b.fact_id
    WHERE b.state <> 'matched'
    UNION ALL
    SELECT 'missing_there', f.type, f.source_id, NULL, f.fee_minor, f.amount_minor, NULL, 'usd', NULL,
           f.transfer_id::text, f.booked_at
    FROM stripe_fact f
    WHERE f.balance_transaction_id IS NULL
      AND NOT EXISTS (SELECT FROM balance_transaction b WHERE b.fact_id = f.id)
    UNION ALL
    SELECT state, 'bank_payout', subject, stripe_minor, NULL, books_minor,
           CASE state WHEN 'different' THEN 'amount' END, 'usd', NULL, NULL, first_seen_at
    FROM payout_mismatch
    ORDER BY since, type
    LIMIT ${limit}`;
}

export interface BalanceCheckView {
  checkedAt: Date;
  stripeMinor: bigint;
  booksMinor: bigint;
  missingHereMinor: bigint;
  missingThereMinor: bigint;
  unexplainedMinor: bigint;
}

/** The comparisons of Stripe's balance with ours, the latest first. */
export async function balanceChecks(db: Db, limit: number): Promise<BalanceCheckView[]> {
  return await db.stripeBalanceCheck.findMany({
    orderBy: { checkedAt: 'desc' },
    take: limit,
    select: {
      checkedAt: true,
      stripeMinor: true,
      booksMinor: true,
      missingHereMinor: true,
      missingThereMinor: true,
      unexplainedMinor: true,
    },
  });
}

/** When Stripe's balance was last read to its end; null when it never was. */
export async function lastReadAt(db: Db): Promise<Date | null> {
  const cursor = await db.reconciliationCursor.findUnique({ where: { id: 1 }, select: { readAt: true } });
  return cursor?.readAt ?? null;
}

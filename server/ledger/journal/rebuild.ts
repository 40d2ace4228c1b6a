import type { Client } from 'pg';

/**
 * What follows from the journal and is therefore not in it, in the order in which it can be found. The statements
 * say anew, from the whole history, what posting keeps up one call at a time.
 */
const statements: readonly string[] = [
  `INSERT INTO ledger.pending_resolution (pending_id, transfer_id, action)
   SELECT t.related_id, t.id, t.action FROM ledger.transfer t WHERE t.action BETWEEN 3 AND 5 AND t.outcome = 0`,

  `INSERT INTO ledger.open_pending (transfer_id, debit_account_id, credit_account_id, amount, expires_at)
   SELECT t.id, t.debit_account_id, t.credit_account_id, t.amount, t.booked_at + t.timeout_seconds * interval '1 second'
   FROM ledger.transfer t
   WHERE t.action = 2 AND t.outcome = 0
     AND NOT EXISTS (SELECT FROM ledger.pending_resolution x WHERE x.pending_id = t.id)`,

  `INSERT INTO ledger.reversal_total (transfer_id, reversed)
   SELECT t.related_id, sum(t.amount) FROM ledger.transfer t
   WHERE t.action = 6 AND t.outcome = 0 GROUP BY t.related_id`,

  `INSERT INTO ledger.entry_effective (account_id, effective_date, version)
   SELECT s.account_id, t.effective_date, s.version
   FROM ledger.transfer t
   CROSS JOIN LATERAL (VALUES (t.debit_account_id, t.debit_version), (t.credit_account_id, t.credit_version))
     AS s (account_id, version)
   WHERE t.effective_date <> (t.booked_at AT TIME ZONE 'UTC')::date AND s.version IS NOT NULL`,

  `UPDATE ledger.account a SET last_time = e.booked_at, day = (e.booked_at AT TIME ZONE 'UTC')::date
   FROM ledger.entry e WHERE e.account_id = a.id AND e.version = a.version`,

  // The open day of an account stands on the account, every other day in a row of its own.
  `WITH days AS (
     SELECT e.account_id, coalesce(f.effective_date, (e.booked_at AT TIME ZONE 'UTC')::date) AS day,
            f.version IS NULL AND (e.booked_at AT TIME ZONE 'UTC')::date = a.day AS is_open, sum(e.amount) AS net
     FROM ledger.entry e
     JOIN ledger.account a ON a.id = e.account_id
     LEFT JOIN ledger.entry_effective f ON f.account_id = e.account_id AND f.version = e.version
     GROUP BY 1, 2, 3
   ), closed AS (
     INSERT INTO ledger.account_day (account_id, day, net)
       SELECT d.account_id, d.day, d.net FROM days d WHERE NOT d.is_open AND d.net <> 0
   )
   UPDATE ledger.account a SET day_net = d.net FROM days d WHERE d.account_id = a.id AND d.is_open`,

  `UPDATE ledger.account a SET guarded = true
   WHERE EXISTS (SELECT FROM ledger.velocity_limit l WHERE l.owner = a.owner)`,

  `UPDATE ledger.control SET guards_exist = true WHERE EXISTS (SELECT FROM ledger.velocity_limit)`,

  `INSERT INTO ledger.velocity_bucket (owner, asset, kind, side, period, starts_at, amount, transfers)
   SELECT l.owner, l.asset, l.kind, l.side, l.period, ledger.bucket_start(l.period, v.counted_at),
          sum(v.amount), sum(v.transfers)
   FROM ledger.owner_guard g
   CROSS JOIN LATERAL ledger.velocity_of(g.owner, ledger.period_start(2::smallint, ledger.now())) v
   JOIN ledger.velocity_limit l ON l.owner = g.owner AND l.asset = v.asset AND l.kind = v.kind AND l.side = v.side
   WHERE v.counted_at >= ledger.period_start(l.period, ledger.now())
   GROUP BY 1, 2, 3, 4, 5, 6`,

  `UPDATE ledger.account a SET monitored = true
   WHERE EXISTS (SELECT FROM ledger.balance_monitor m WHERE m.account_id = a.id)`,

  // For the roll-ups an import is one call that brought everything.
  `INSERT INTO ledger.rollup_tail (kind, asset, balance, reserved)
   SELECT a.kind, a.asset, sum(a.balance), sum(a.reserved) FROM ledger.account a GROUP BY a.kind, a.asset
   HAVING sum(a.balance) <> 0 OR sum(a.reserved) <> 0`,
];

/** Columns that count by themselves, with the first number that an empty database gives out. */
const identities = [
  { table: 'account', first: 1_000n },
  { table: 'breaker_event', first: 1n },
  { table: 'balance_monitor', first: 1n },
] as const;

/** Finds again what an export leaves out, and lets ids go on after those of the file. */
export async function rebuildDerived(client: Client): Promise<void> {
  // The planner knows nothing of rows that this transaction wrote until it is told.
  await client.query('ANALYZE ledger.account, ledger.transfer, ledger.entry');
  for (const statement of statements) await client.query(statement);
  await client.query('SELECT ledger.restore_seals()');
  for (const { table, first } of identities) {
    const { rows } = await client.query<{ next: string }>(
      `SELECT greatest(coalesce(max(id) + 1, 0), $1::bigint)::text AS next FROM ledger.${table}`,
      [first],
    );
    const next = BigInt(rows[0]?.next ?? first);
    // Unlike setval, this is taken back with the transaction.
    await client.query(`ALTER TABLE ledger.${table} ALTER COLUMN id RESTART WITH ${next.toString()}`);
  }
}

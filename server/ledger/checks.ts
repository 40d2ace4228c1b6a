import { Prisma } from '#server/platform/db.ts';

/**
 * What must be true of the books, as queries that return the rows for which it is not.
 * Each yields `first_key`, `second_key` (their order) and `place`, `expected`, `actual` (for people).
 */
export interface BookCheck {
  name: string;
  /** A hard finding means that the books are wrong; a soft one that someone should look. */
  severity: 'hard' | 'soft';
  rows: Prisma.Sql;
}

const assetSum: BookCheck = {
  name: 'asset_sum_zero',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT a.asset AS first_key, 0 AS second_key, 'asset ' || s.name AS place,
           'sum of balances 0' AS expected, sum(a.balance)::text AS actual
    FROM ledger.account a JOIN ledger.asset s ON s.code = a.asset
    GROUP BY a.asset, s.name HAVING sum(a.balance) <> 0`,
};

const entryChain: BookCheck = {
  name: 'entry_chain',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT c.account_id, c.version, format('account %s version %s', c.account_id, c.version),
           format('version %s, balance %s, not before %s', c.version_before + 1, c.balance_before + c.amount, c.time_before),
           format('version %s, balance %s, at %s', c.version, c.balance, c.booked_at)
    FROM (SELECT e.*, lag(e.version, 1, 0::bigint) OVER w AS version_before,
                 lag(e.balance, 1, 0::bigint) OVER w AS balance_before, lag(e.booked_at) OVER w AS time_before
          FROM ledger.entry e WINDOW w AS (PARTITION BY e.account_id ORDER BY e.version)) c
    WHERE c.version <> c.version_before + 1 OR c.balance <> c.balance_before + c.amount OR c.booked_at < c.time_before`,
};

const accountIsItsEntries: BookCheck = {
  name: 'account_is_its_entries',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT coalesce(a.id, s.account_id), 0, format('account %s', coalesce(a.id, s.account_id)),
           format('sum %s, last entry: balance %s, reserved %s, version %s',
             coalesce(s.total, 0), coalesce(l.balance, 0), coalesce(l.reserved, 0), coalesce(s.version, 0)),
           coalesce(format('balance %s, reserved %s, version %s', a.balance, a.reserved, a.version), 'no account')
    FROM ledger.account a
    FULL JOIN (SELECT e.account_id, sum(e.amount) AS total, max(e.version) AS version
               FROM ledger.entry e GROUP BY e.account_id) s ON s.account_id = a.id
    LEFT JOIN ledger.entry l ON l.account_id = s.account_id AND l.version = s.version
    WHERE a.id IS NULL OR a.balance <> coalesce(s.total, 0) OR a.balance <> coalesce(l.balance, 0)
       OR a.reserved <> coalesce(l.reserved, 0) OR a.version <> coalesce(s.version, 0)`,
};

const pendingTotals: BookCheck = {
  name: 'pending_totals',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT a.id, 0, format('account %s', a.id), format('open pendings of %s', coalesce(p.total, 0)),
           format('reserved %s', a.reserved)
    FROM ledger.account a
    LEFT JOIN (SELECT o.debit_account_id, sum(o.amount) AS total
               FROM ledger.open_pending o GROUP BY o.debit_account_id) p ON p.debit_account_id = a.id
    WHERE a.reserved <> coalesce(p.total, 0)`,
};

const pendingIndex: BookCheck = {
  name: 'pending_index',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT 0, 0, format('pending %s', coalesce(t.id, o.transfer_id)),
           coalesce(format('open with amount %s', t.amount), 'not open'),
           coalesce(format('open with amount %s', o.amount), 'not open')
    FROM (SELECT p.id, p.amount, p.debit_account_id FROM ledger.transfer p
          WHERE p.action = 2 AND p.outcome = 0
            AND NOT EXISTS (SELECT FROM ledger.pending_resolution x WHERE x.pending_id = p.id)) t
    FULL JOIN ledger.open_pending o ON o.transfer_id = t.id
    WHERE t.id IS NULL OR o.transfer_id IS NULL OR t.amount <> o.amount OR t.debit_account_id <> o.debit_account_id`,
};

const resolutionIsTransfer: BookCheck = {
  name: 'resolution_is_a_transfer',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT 0, 0, format('pending %s', coalesce(t.related_id, x.pending_id)),
           coalesce(format('resolved by %s', t.id), 'not resolved'),
           coalesce(format('resolved by %s', x.transfer_id), 'not resolved')
    FROM (SELECT r.id, r.related_id, r.action FROM ledger.transfer r
          WHERE r.action BETWEEN 3 AND 5 AND r.outcome = 0) t
    FULL JOIN ledger.pending_resolution x ON x.transfer_id = t.id
    WHERE t.id IS NULL OR x.transfer_id IS NULL OR t.related_id <> x.pending_id OR t.action <> x.action`,
};

const transferHasItsEntries: BookCheck = {
  name: 'transfer_has_its_entries',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT 0, 0, format('transfer %s', t.id),
           format('debit entry: %s, credit entry: %s',
             CASE WHEN t.has_debit THEN t.debit_amount::text ELSE 'none' END,
             CASE WHEN t.has_credit THEN t.amount::text ELSE 'none' END),
           format('debit entry: %s, credit entry: %s', coalesce(d.amount::text, 'none'), coalesce(c.amount::text, 'none'))
    FROM (SELECT r.*, r.outcome = 0 AND (r.amount > 0 OR r.action IN (4, 5)) AS has_debit,
                 r.outcome = 0 AND r.amount > 0 AND r.action IN (1, 3, 6) AS has_credit,
                 CASE WHEN r.action = 2 THEN 0 ELSE -r.amount END AS debit_amount
          FROM ledger.transfer r) t
    LEFT JOIN ledger.entry d ON d.account_id = t.debit_account_id AND d.version = t.debit_version
      AND d.transfer_id = t.id AND d.booked_at = t.booked_at AND d.kind = t.kind
    LEFT JOIN ledger.entry c ON c.account_id = t.credit_account_id AND c.version = t.credit_version
      AND c.transfer_id = t.id AND c.booked_at = t.booked_at AND c.kind = t.kind
    WHERE t.has_debit <> (d.account_id IS NOT NULL) OR t.has_credit <> (c.account_id IS NOT NULL)
       OR d.amount <> t.debit_amount OR c.amount <> t.amount`,
};

const entryHasItsTransfer: BookCheck = {
  name: 'entry_has_its_transfer',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT e.account_id, e.version, format('account %s version %s', e.account_id, e.version),
           format('transfer %s with this entry', e.transfer_id), 'none'
    FROM ledger.entry e LEFT JOIN ledger.transfer t ON t.id = e.transfer_id
    WHERE t.id IS NULL
       OR ((t.debit_account_id, t.debit_version) IS DISTINCT FROM (e.account_id, e.version)
           AND (t.credit_account_id, t.credit_version) IS DISTINCT FROM (e.account_id, e.version))`,
};

const oneAsset: BookCheck = {
  name: 'transfer_of_one_asset',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT 0, 0, format('transfer %s', t.id), 'two accounts of one asset',
           format('accounts %s and %s', t.debit_account_id, t.credit_account_id)
    FROM ledger.transfer t
    LEFT JOIN ledger.account d ON d.id = t.debit_account_id
    LEFT JOIN ledger.account c ON c.id = t.credit_account_id
    WHERE d.asset IS DISTINCT FROM c.asset OR d.id IS NULL`,
};

const groupWhole: BookCheck = {
  name: 'linked_group_whole',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT 0, 0, format('linked group %s', t.group_id), format('%s transfers of one outcome', max(t.group_size)),
           format('%s transfers, %s of them refused', count(*), count(*) FILTER (WHERE t.outcome <> 0))
    FROM ledger.transfer t WHERE t.group_id IS NOT NULL GROUP BY t.group_id
    HAVING count(*) <> max(t.group_size) OR count(*) FILTER (WHERE t.outcome <> 0) NOT IN (0, count(*))`,
};

const aboveFloor: BookCheck = {
  name: 'account_above_floor',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT a.id, 0, format('account %s', a.id), format('at least %s available', a.floor), (a.balance - a.reserved)::text
    FROM ledger.account a WHERE a.balance - a.reserved < a.floor`,
};

const reversalTotals: BookCheck = {
  name: 'reversal_totals',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT 0, 0, format('transfer %s', coalesce(s.related_id, v.transfer_id)),
           format('%s reversed of at most %s', coalesce(s.total, 0), coalesce(t.amount, 0)),
           format('%s reversed', coalesce(v.reversed, 0))
    FROM (SELECT r.related_id, sum(r.amount) AS total FROM ledger.transfer r
          WHERE r.action = 6 AND r.outcome = 0 GROUP BY r.related_id) s
    FULL JOIN ledger.reversal_total v ON v.transfer_id = s.related_id
    LEFT JOIN ledger.transfer t ON t.id = coalesce(s.related_id, v.transfer_id)
    WHERE s.total IS DISTINCT FROM v.reversed OR v.reversed > t.amount OR t.id IS NULL`,
};

const bridgeZero: BookCheck = {
  name: 'bridge_zero',
  severity: 'soft',
  rows: Prisma.sql`
    SELECT a.id, 0, format('account %s (%s)', a.id, k.name), '0', a.balance::text
    FROM ledger.account a JOIN ledger.account_kind k ON k.code = a.kind AND k.asset = a.asset
    WHERE k.name = 'bridge' AND a.balance <> 0`,
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

export const bookChecks: readonly BookCheck[] = [
  assetSum,
  accountIsItsEntries,
  entryChain,
  entryHasItsTransfer,
  transferHasItsEntries,
  oneAsset,
  groupWhole,
  pendingTotals,
  pendingIndex,
  resolutionIsTransfer,
  reversalTotals,
  aboveFloor,
  bridgeZero,
  partitionsAhead,
  breakerClosed,
];

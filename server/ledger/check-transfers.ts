import type { CheckScope } from '#server/ledger/check-scope.ts';
import type { BookCheck } from '#server/ledger/checks.ts';
import { Prisma } from '#server/platform/db.ts';

/** Transfers: their entries, their accounts, their groups, their shape and how much of them was reversed. */
export function transferChecks(scope: CheckScope): BookCheck[] {
  return [
    entryHasItsTransfer(scope),
    transferHasItsEntries(scope),
    oneAsset(scope),
    transferSound(scope),
    groupWhole(scope),
    reversalTotals(scope),
  ];
}

function transferHasItsEntries({ transfers, fence }: CheckScope): BookCheck {
  return {
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
            FROM ${transfers} r) t
      LEFT JOIN LATERAL (SELECT e.* FROM ledger.entry e
        WHERE e.account_id = t.debit_account_id AND e.version = t.debit_version
          AND e.transfer_id = t.id AND e.booked_at = t.booked_at AND e.kind = t.kind ${fence}) d ON true
      LEFT JOIN LATERAL (SELECT e.* FROM ledger.entry e
        WHERE e.account_id = t.credit_account_id AND e.version = t.credit_version
          AND e.transfer_id = t.id AND e.booked_at = t.booked_at AND e.kind = t.kind ${fence}) c ON true
      WHERE t.has_debit <> (d.account_id IS NOT NULL) OR t.has_credit <> (c.account_id IS NOT NULL)
         OR d.amount <> t.debit_amount OR c.amount <> t.amount`,
  };
}

function entryHasItsTransfer({ entries, transfers }: CheckScope): BookCheck {
  return {
    name: 'entry_has_its_transfer',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT e.account_id, e.version, format('account %s version %s', e.account_id, e.version),
             format('transfer %s with this entry', e.transfer_id), 'none'
      FROM ${entries} e LEFT JOIN ${transfers} t ON t.id = e.transfer_id
      WHERE t.id IS NULL
         OR ((t.debit_account_id, t.debit_version) IS DISTINCT FROM (e.account_id, e.version)
             AND (t.credit_account_id, t.credit_version) IS DISTINCT FROM (e.account_id, e.version))`,
  };
}

function oneAsset({ transfers, fence }: CheckScope): BookCheck {
  return {
    name: 'transfer_of_one_asset',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT 0, 0, format('transfer %s', t.id), 'two accounts of one asset',
             format('accounts %s and %s', t.debit_account_id, t.credit_account_id)
      FROM ${transfers} t
      LEFT JOIN LATERAL (SELECT a.id, a.asset FROM ledger.account a WHERE a.id = t.debit_account_id ${fence}) d ON true
      LEFT JOIN LATERAL (SELECT a.id, a.asset FROM ledger.account a WHERE a.id = t.credit_account_id ${fence}) c ON true
      WHERE d.asset IS DISTINCT FROM c.asset OR d.id IS NULL`,
  };
}

/** What the posting function never writes. */
function transferSound({ transfers }: CheckScope): BookCheck {
  return {
    name: 'transfer_sound',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT 0, 0, format('transfer %s', t.id), 'two accounts, an amount in range, and what its action needs',
             format('accounts %s and %s, amount %s, action %s, outcome %s, related to %s, group %s of %s',
               t.debit_account_id, t.credit_account_id, t.amount, t.action, t.outcome,
               coalesce(t.related_id::text, 'none'), coalesce(t.group_id::text, 'none'), coalesce(t.group_size::text, 'none'))
      FROM ${transfers} t
      WHERE t.debit_account_id = t.credit_account_id OR t.amount NOT BETWEEN 0 AND 1000000000000000
         OR t.outcome <> 0 AND (t.amount <> 0 OR t.debit_version IS NOT NULL OR t.credit_version IS NOT NULL)
         OR t.action NOT BETWEEN 1 AND 6 OR (t.related_id IS NOT NULL) <> (t.action >= 3)
         OR (t.group_id IS NULL) <> (t.group_size IS NULL) OR t.outcome = 0 AND t.action = 2 AND t.amount = 0`,
  };
}

function groupWhole({ groupMembers }: CheckScope): BookCheck {
  return {
    name: 'linked_group_whole',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT 0, 0, format('linked group %s', t.group_id), format('%s transfers of one outcome', max(t.group_size)),
             format('%s transfers, %s of them refused', count(*), count(*) FILTER (WHERE t.outcome <> 0))
      FROM ${groupMembers} t GROUP BY t.group_id
      HAVING count(*) <> max(t.group_size) OR count(*) FILTER (WHERE t.outcome <> 0) NOT IN (0, count(*))`,
  };
}

function reversalTotals({ reversals, reversalTotals: totals, fence }: CheckScope): BookCheck {
  return {
    name: 'reversal_totals',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT 0, 0, format('transfer %s', coalesce(s.related_id, v.transfer_id)),
             format('%s reversed of at most %s', coalesce(s.total, 0), coalesce(t.amount, 0)),
             format('%s reversed', coalesce(v.reversed, 0))
      FROM (SELECT r.related_id, sum(r.amount) AS total FROM ${reversals} r GROUP BY r.related_id) s
      FULL JOIN ${totals} v ON v.transfer_id = s.related_id
      LEFT JOIN LATERAL (
        SELECT o.id, o.amount FROM ledger.recorded_transfer o WHERE o.id = coalesce(s.related_id, v.transfer_id) ${fence}) t ON true
      WHERE s.total IS DISTINCT FROM v.reversed OR v.reversed > t.amount OR t.id IS NULL`,
  };
}

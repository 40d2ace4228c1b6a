import type { CheckScope } from '#server/ledger/check-scope.ts';
import type { BookCheck } from '#server/ledger/checks.ts';
import { Prisma } from '#server/platform/db.ts';

/** What is reserved: by whom, for which pending, and how that ended. */
export function pendingChecks(scope: CheckScope): BookCheck[] {
  return [pendingTotals, pendingIndex(scope), resolutionIsTransfer(scope), entryReserved(scope)];
}

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

/** Each pending is either open with its amount or resolved, and what is open is such a pending. */
function pendingIndex({ transfers, fence }: CheckScope): BookCheck {
  return {
    name: 'pending_index',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT 0, 0, format('pending %s', t.id), format('open with amount %s, or resolved', t.amount),
             CASE WHEN o.transfer_id IS NULL THEN 'neither' WHEN x.pending_id IS NOT NULL THEN 'both'
                  ELSE format('open with amount %s', o.amount) END
      FROM (SELECT p.id, p.amount, p.debit_account_id FROM ${transfers} p WHERE p.action = 2 AND p.outcome = 0) t
      LEFT JOIN LATERAL (SELECT i.* FROM ledger.open_pending i WHERE i.transfer_id = t.id ${fence}) o ON true
      LEFT JOIN LATERAL (SELECT r.pending_id FROM ledger.pending_resolution r WHERE r.pending_id = t.id ${fence}) x ON true
      WHERE (o.transfer_id IS NULL) = (x.pending_id IS NULL)
         OR o.transfer_id IS NOT NULL AND (t.amount <> o.amount OR t.debit_account_id <> o.debit_account_id)
      UNION ALL
      SELECT 0, 0, format('pending %s', o.transfer_id), 'not open', format('open with amount %s', o.amount)
      FROM ledger.open_pending o
      LEFT JOIN LATERAL (SELECT p.id FROM ledger.transfer p
        WHERE p.id = o.transfer_id AND p.action = 2 AND p.outcome = 0 ${fence}) t ON true
      WHERE t.id IS NULL`,
  };
}

function resolutionIsTransfer({ transfers, resolutions }: CheckScope): BookCheck {
  return {
    name: 'resolution_is_a_transfer',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT 0, 0, format('pending %s', coalesce(t.related_id, x.pending_id)),
             coalesce(format('resolved by %s', t.id), 'not resolved'),
             coalesce(format('resolved by %s', x.transfer_id), 'not resolved')
      FROM (SELECT r.id, r.related_id, r.action FROM ${transfers} r
            WHERE r.action BETWEEN 3 AND 5 AND r.outcome = 0) t
      FULL JOIN ${resolutions} x ON x.transfer_id = t.id
      WHERE t.id IS NULL OR x.transfer_id IS NULL OR t.related_id <> x.pending_id OR t.action <> x.action`,
  };
}

/** A pending and its end change what is reserved by the amount of the pending; `entry_chain` says that nothing else does. */
function entryReserved({ transfers, fence }: CheckScope): BookCheck {
  return {
    name: 'entry_reserved',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT e.account_id, e.version, format('account %s version %s', e.account_id, e.version),
             format('reserved %s', coalesce(b.reserved, 0) + CASE r.action WHEN 2 THEN r.amount ELSE -p.amount END),
             format('reserved %s', e.reserved)
      FROM ${transfers} r
      LEFT JOIN LATERAL (SELECT q.amount FROM ledger.recorded_transfer q WHERE q.id = r.related_id ${fence}) p ON true
      JOIN LATERAL (SELECT o.* FROM ledger.entry o
        WHERE o.account_id = r.debit_account_id AND o.version = r.debit_version ${fence}) e ON true
      LEFT JOIN LATERAL (SELECT o.reserved FROM ledger.entry o
        WHERE o.account_id = r.debit_account_id AND o.version = r.debit_version - 1 ${fence}) b ON true
      WHERE r.action BETWEEN 2 AND 5 AND r.outcome = 0
        AND e.reserved IS DISTINCT FROM coalesce(b.reserved, 0) + CASE r.action WHEN 2 THEN r.amount ELSE -p.amount END`,
  };
}

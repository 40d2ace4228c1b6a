import type { CheckScope } from '#server/ledger/check-scope.ts';
import type { BookCheck } from '#server/ledger/checks.ts';
import { Prisma } from '#server/platform/db.ts';

/** What posting keeps beside the books so that others need not add it up: days, conversions, roll-ups; and monitors. */
export function derivedChecks(scope: CheckScope): BookCheck[] {
  return [
    scope.isFull ? daysAreTheirEntries : daysAddUp(scope),
    effectiveDates(scope),
    conversionRate(scope),
    rollupIsItsMembers,
    monitorHasItsAccount,
  ];
}

/** Each day of each account, the open one included, against the entries that belong to it. */
const daysAreTheirEntries: BookCheck = {
  name: 'account_days',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT coalesce(s.account_id, d.account_id), 0,
           format('account %s on %s', coalesce(s.account_id, d.account_id), coalesce(s.day, d.day)),
           format('changed by %s', coalesce(s.net, 0)), format('changed by %s', coalesce(d.net, 0))
    FROM (SELECT e.account_id, coalesce(x.effective_date, (e.booked_at AT TIME ZONE 'UTC')::date) AS day, sum(e.amount) AS net
          FROM ledger.entry e
          LEFT JOIN ledger.entry_effective x ON x.account_id = e.account_id AND x.version = e.version
          GROUP BY 1, 2) s
    FULL JOIN (SELECT u.account_id, u.day, sum(u.net) AS net
               FROM (SELECT n.account_id, n.day, n.net FROM ledger.account_day n
                     UNION ALL SELECT a.id, a.day, a.day_net FROM ledger.account a) u
               GROUP BY u.account_id, u.day) d ON d.account_id = s.account_id AND d.day = s.day
    WHERE coalesce(s.net, 0) <> coalesce(d.net, 0)`,
};

/** All days of an account together against its balance: what can be said without reading its entries again. */
function daysAddUp({ accounts }: CheckScope): BookCheck {
  return {
    name: 'account_days',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT a.id, 0, format('account %s', a.id), format('all days together %s', a.balance),
             (coalesce(d.net, 0) + a.day_net)::text
      FROM ${accounts} a
      LEFT JOIN LATERAL (SELECT sum(n.net) AS net FROM ledger.account_day n WHERE n.account_id = a.id) d ON true
      WHERE coalesce(d.net, 0) + a.day_net <> a.balance`,
  };
}

/** Entries that belong to another day than that of their booking, against the dates of their transfers. */
function effectiveDates({ transfers, effectiveDays }: CheckScope): BookCheck {
  return {
    name: 'effective_dates',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT coalesce(t.account_id, x.account_id), coalesce(t.version, x.version),
             format('account %s version %s', coalesce(t.account_id, x.account_id), coalesce(t.version, x.version)),
             coalesce(format('belongs to %s', t.effective_date), 'belongs to the day of its booking'),
             coalesce(format('belongs to %s', x.effective_date), 'belongs to the day of its booking')
      FROM (SELECT s.account_id, s.version, r.effective_date
            FROM ${transfers} r
            CROSS JOIN LATERAL (VALUES (r.debit_account_id, r.debit_version), (r.credit_account_id, r.credit_version))
              AS s (account_id, version)
            WHERE r.effective_date <> (r.booked_at AT TIME ZONE 'UTC')::date AND s.version IS NOT NULL) t
      FULL JOIN ${effectiveDays} x
        ON x.account_id = t.account_id AND x.version = t.version AND x.effective_date = t.effective_date
      WHERE t.account_id IS NULL OR x.account_id IS NULL`,
  };
}

/**
 * Both legs of a conversion obey its rate to the last unit: remainder = in × numerator − out × denominator, below the
 * denominator where the amount in was given, below the numerator where the amount out was.
 */
function conversionRate({ transfers, conversions, fence }: CheckScope): BookCheck {
  return {
    name: 'conversion_rate',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT 0, 0, format('conversion %s', coalesce(t.id, v.transfer_id)),
             format('rate %s/%s, remainder %s', t.rate ->> 'numerator', t.rate ->> 'denominator',
               coalesce((i.amount::numeric * v.numerator - o.amount::numeric * v.denominator)::text, 'unknown')),
             format('rate %s/%s, remainder %s', v.numerator, v.denominator, v.remainder)
      FROM (SELECT r.id, r.options -> 'conversion' AS rate FROM ${transfers} r
            WHERE r.outcome = 0 AND r.options -> 'conversion' IS NOT NULL) t
      FULL JOIN ${conversions} v ON v.transfer_id = t.id
      LEFT JOIN LATERAL (SELECT s.* FROM ledger.recorded_transfer s WHERE s.id = v.first_transfer_id AND s.outcome = 0 ${fence}) i ON true
      LEFT JOIN LATERAL (SELECT s.* FROM ledger.recorded_transfer s WHERE s.id = v.transfer_id AND s.outcome = 0 ${fence}) o ON true
      WHERE t.id IS NULL OR v.transfer_id IS NULL OR i.id IS NULL OR i.group_id IS DISTINCT FROM o.group_id
         OR (t.rate ->> 'numerator')::numeric <> v.numerator OR (t.rate ->> 'denominator')::numeric <> v.denominator
         OR (t.rate ->> 'exact') <> CASE v.exact_side WHEN 1 THEN 'in' ELSE 'out' END
         OR v.remainder <> i.amount::numeric * v.numerator - o.amount::numeric * v.denominator
         OR v.remainder < 0 OR v.remainder >= CASE v.exact_side WHEN 1 THEN v.denominator ELSE v.numerator END`,
  };
}

/**
 * The folded figure of each kind of account and what no fold has taken in yet, against the sum of its accounts. A
 * posting writes both, and a fold moves from one to the other, each in one transaction: every snapshot sees them equal.
 * A group is a sum of kinds, so its figure is right when theirs are.
 */
const rollupIsItsMembers: BookCheck = {
  name: 'rollup_is_its_members',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT coalesce(a.kind, f.kind), coalesce(a.asset, f.asset),
           format('kind %s of asset %s', coalesce(a.kind, f.kind), coalesce(a.asset, f.asset)),
           format('balance %s, reserved %s', coalesce(a.balance, 0), coalesce(a.reserved, 0)),
           format('balance %s, reserved %s', coalesce(f.balance, 0), coalesce(f.reserved, 0))
    FROM (SELECT m.kind, m.asset, sum(m.balance) AS balance, sum(m.reserved) AS reserved
          FROM ledger.account m GROUP BY m.kind, m.asset) a
    FULL JOIN (SELECT u.kind, u.asset, sum(u.balance) AS balance, sum(u.reserved) AS reserved
               FROM (SELECT o.kind, o.asset, o.balance, o.reserved FROM ledger.rollup_fold o
                     UNION ALL SELECT l.kind, l.asset, l.balance, l.reserved FROM ledger.rollup_tail l) u
               GROUP BY u.kind, u.asset) f ON f.kind = a.kind AND f.asset = a.asset
    WHERE coalesce(a.balance, 0) <> coalesce(f.balance, 0) OR coalesce(a.reserved, 0) <> coalesce(f.reserved, 0)`,
};

/**
 * Every monitor is of an account, and that account knows that it is watched: posting looks only there, so without the
 * mark a crossing would raise nothing. No foreign key says so, because it would lock an account that posting needs.
 */
const monitorHasItsAccount: BookCheck = {
  name: 'monitor_has_its_account',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT m.account_id, m.id, format('monitor %s', m.id), format('account %s is watched', m.account_id),
           CASE WHEN a.id IS NULL THEN 'no account' ELSE 'an account without the mark' END
    FROM ledger.balance_monitor m LEFT JOIN ledger.account a ON a.id = m.account_id
    WHERE a.id IS NULL OR NOT a.monitored`,
};

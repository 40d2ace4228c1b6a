import type { CheckScope } from '#server/ledger/check-scope.ts';
import type { BookCheck } from '#server/ledger/checks.ts';
import { Prisma } from '#server/platform/db.ts';

/** Accounts and their numbered histories: sums, chains, floors and the shape of an account. */
export function accountChecks(scope: CheckScope): BookCheck[] {
  return [assetSum, accountIsItsEntries(scope), entryChain(scope), aboveFloor, accountSound];
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

/** Each entry follows on from the one before; only a pending and its end change what is reserved (`entry_reserved`). */
function entryChain({ history }: CheckScope): BookCheck {
  return {
    name: 'entry_chain',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT c.account_id, c.version, format('account %s version %s', c.account_id, c.version),
             format('version %s, balance %s, reserved %s, not before %s',
               c.version_before + 1, c.balance_before + c.amount, c.reserved_before, c.time_before),
             format('version %s, balance %s, reserved %s, at %s', c.version, c.balance, c.reserved, c.booked_at)
      FROM (SELECT e.*, lag(e.version, 1, 0::bigint) OVER w AS version_before,
                   lag(e.balance, 1, 0::bigint) OVER w AS balance_before,
                   lag(e.reserved, 1, 0::bigint) OVER w AS reserved_before, lag(e.booked_at) OVER w AS time_before
            FROM ${history} e WINDOW w AS (PARTITION BY e.account_id ORDER BY e.version)) c
      WHERE NOT c.is_opening
        AND (c.version <> c.version_before + 1 OR c.balance <> c.balance_before + c.amount OR c.booked_at < c.time_before
          OR c.reserved <> c.reserved_before
            AND NOT EXISTS (SELECT FROM ledger.transfer t WHERE t.id = c.transfer_id AND t.action BETWEEN 2 AND 5))`,
  };
}

function accountIsItsEntries({ accounts, history }: CheckScope): BookCheck {
  return {
    name: 'account_is_its_entries',
    severity: 'hard',
    rows: Prisma.sql`
      SELECT coalesce(a.id, s.account_id), 0, format('account %s', coalesce(a.id, s.account_id)),
             format('sum %s, last entry: balance %s, reserved %s, version %s, at %s',
               coalesce(s.total, 0), coalesce(l.balance, 0), coalesce(l.reserved, 0), coalesce(s.version, 0), l.booked_at),
             coalesce(format('balance %s, reserved %s, version %s, at %s', a.balance, a.reserved, a.version, a.last_time),
               'no account')
      FROM ${accounts} a
      FULL JOIN (SELECT e.account_id, sum(e.amount) AS total, max(e.version) AS version
                 FROM ${history} e GROUP BY e.account_id) s ON s.account_id = a.id
      LEFT JOIN ${history} l ON l.account_id = s.account_id AND l.version = s.version
      WHERE a.id IS NULL OR a.balance <> coalesce(s.total, 0) OR a.balance <> coalesce(l.balance, 0)
         OR a.reserved <> coalesce(l.reserved, 0) OR a.version <> coalesce(s.version, 0) OR a.last_time <> l.booked_at`,
  };
}

const aboveFloor: BookCheck = {
  name: 'account_above_floor',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT a.id, 0, format('account %s', a.id), format('at least %s available', a.floor), (a.balance - a.reserved)::text
    FROM ledger.account a WHERE a.balance - a.reserved < a.floor`,
};

/** What the functions of the ledger refuse to make of an account. */
const accountSound: BookCheck = {
  name: 'account_sound',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT a.id, 0, format('account %s', a.id),
           'figures in range; if closed, empty; of the house: neither frozen nor closed',
           format('balance %s, reserved %s, version %s, floor %s, ceiling %s%s%s', a.balance, a.reserved, a.version,
             coalesce(a.floor::text, 'none'), coalesce(a.ceiling::text, 'none'),
             CASE WHEN a.frozen THEN ', frozen' END, CASE WHEN a.closed THEN ', closed' END)
    FROM ledger.account a
    WHERE a.balance NOT BETWEEN -9000000000000000000 AND 9000000000000000000
       OR a.reserved NOT BETWEEN 0 AND 100000000000000000 OR a.version < 0
       OR a.floor NOT BETWEEN -100000000000000000 AND 100000000000000000 OR a.floor > a.ceiling
       OR a.closed AND (a.balance <> 0 OR a.reserved <> 0)
       OR a.owner = 'house' AND (a.frozen OR a.closed) OR length(a.owner) NOT BETWEEN 1 AND 128`,
};

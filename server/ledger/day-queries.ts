import { transferKindOf } from '#server/ledger/kinds.ts';
import { pageSizeMax, type LedgerEntry } from '#server/ledger/schema.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

/** A day of the books, `YYYY-MM-DD`. An entry belongs to the day its transfer names, else to the UTC day of booking. */
export type Day = string;

/**
 * What the account's entries up to the end of an effective day add up to, whenever they were booked; minor units.
 * Costs one row per day on which the account changed, not one per entry. The two dates of an entry are the booking date
 * and the value date of banks, as Modern Treasury's `effective_at`. Refuses `account_not_found` and `day_malformed`
 * (invalid).
 */
export async function balanceOn(db: Db, accountId: bigint, day: Day): Promise<bigint> {
  assertDays(day);
  const rows = await db.$queryRaw<{ balance: string }[]>`
    SELECT ledger.balance_on(a.id, ${day}::date)::text AS balance FROM ledger.account a WHERE a.id = ${accountId}::bigint`;
  const [row] = rows;
  if (row === undefined) throw accountNotFound();
  return BigInt(row.balance);
}

/** What one effective day changed. */
export interface DayTotal {
  day: Day;
  netMinor: bigint;
}

export interface DayTotalsQuery {
  accountId: bigint;
  /** First and last day, both included. */
  from: Day;
  to: Day;
  /** Cursor: only later days. */
  after?: Day;
  /** 1 to 100. */
  limit: number;
}

/**
 * What each effective day of a period changed, oldest first, the day that is still open included; days that changed
 * nothing in sum are left out. The next page begins after the last day of a full one. Amounts are minor units. Refuses
 * `day_malformed` (invalid).
 */
export async function dayTotals(db: Db, query: DayTotalsQuery): Promise<DayTotal[]> {
  const { accountId, from, to, after = '0001-01-01', limit } = query;
  assertDays(from, to, after);
  invariant(limit >= 1 && limit <= pageSizeMax, 'a page holds 1 to 100 days');
  const rows = await db.$queryRaw<{ day: string; net: string }[]>`
    SELECT to_char(s.day, 'YYYY-MM-DD') AS day, sum(s.net)::text AS net
    FROM (SELECT d.day, d.net FROM ledger.account_day d WHERE d.account_id = ${accountId}::bigint
          UNION ALL SELECT a.day, a.day_net FROM ledger.account a WHERE a.id = ${accountId}::bigint) s
    WHERE s.day BETWEEN ${from}::date AND ${to}::date AND s.day > ${after}::date
    GROUP BY s.day HAVING sum(s.net) <> 0 ORDER BY s.day LIMIT ${limit}::integer`;
  return rows.map(({ day, net }) => ({ day, netMinor: BigInt(net) }));
}

export interface DayStatementQuery {
  accountId: bigint;
  /** First and last effective day, both included. */
  from: Day;
  to: Day;
  /** The `nextCursor` of the page before, of the same query. */
  after?: DayCursor;
  /** 1 to 100. */
  limit: number;
}

/** The place of an entry in a statement by effective days. */
export interface DayCursor {
  day: Day;
  version: bigint;
}

/** An entry in the place of the day that it belongs to. Its balance after it is the one at its booking. */
export interface DayEntry extends LedgerEntry {
  effectiveDay: Day;
}

export interface DayStatement {
  /** What the account held, by effective days, before the first day and at the end of the last day of the period. */
  openingMinor: bigint;
  closingMinor: bigint;
  /** By effective day and version, oldest first. */
  entries: DayEntry[];
  /** Null on the last page. */
  nextCursor: DayCursor | null;
}

/**
 * One page of an account's statement by effective days. The opening balance plus all entries of the period is the
 * closing balance, exactly and of one moment on each page; who reads several pages while somebody posts reads them in
 * one snapshot. A page is found through the keys of entries, however long the history is and however deep the page.
 * Refuses `account_not_found` and `day_malformed` (invalid).
 */
export async function statementByDay(db: Db, query: DayStatementQuery): Promise<DayStatement> {
  assertDays(query.from, query.to, query.after?.day ?? query.from);
  invariant(query.limit >= 1 && query.limit <= pageSizeMax, 'a page holds 1 to 100 entries');
  const rows = await selectStatement(db, query);
  const [first] = rows;
  if (first === undefined) throw accountNotFound();
  const entries = rows.flatMap((row) => (row.day === null ? [] : [entryOf({ ...row, day: row.day })]));
  const page = entries.slice(0, query.limit);
  const last = page.at(-1);
  return {
    openingMinor: BigInt(first.opening),
    closingMinor: BigInt(first.closing),
    entries: page,
    nextCursor:
      entries.length > query.limit && last !== undefined ? { day: last.effectiveDay, version: last.version } : null,
  };
}

interface StatementRow {
  opening: string;
  closing: string;
  day: string | null;
  version: bigint;
  transfer_id: string;
  kind: number;
  reference: string | null;
  amount: bigint;
  balance: bigint;
  reserved: bigint;
  booked_at: Date;
  other_account_id: bigint;
}

/**
 * Entries of the day they were booked on stand in the order of their versions, so the cursor's place among them is a
 * version: its own, but within the versions of its day. Entries of other days are in a table of their own.
 */
function selectStatement(db: Db, query: DayStatementQuery): Promise<StatementRow[]> {
  const { accountId, from, to } = query;
  const after = query.after !== undefined && query.after.day >= from ? query.after : { day: from, version: 0n };
  const rowsMax = query.limit + 1;
  return db.$queryRaw<StatementRow[]>`
    WITH place AS MATERIALIZED (
      SELECT a.id, ledger.balance_on(a.id, ${from}::date - 1)::text AS opening,
             ledger.balance_on(a.id, ${to}::date)::text AS closing,
             least(greatest(ledger.version_before(a.id, ${after.day}::date::timestamp AT TIME ZONE 'UTC'),
                            ${after.version}::bigint),
                   ledger.version_before(a.id, (${after.day}::date + 1)::timestamp AT TIME ZONE 'UTC')) AS version_after,
             ledger.version_before(a.id, (${to}::date + 1)::timestamp AT TIME ZONE 'UTC') AS version_last
      FROM ledger.account a WHERE a.id = ${accountId}::bigint
    ), of_their_day AS (
      SELECT (e.booked_at AT TIME ZONE 'UTC')::date AS day, e.*
      FROM ledger.entry e JOIN ledger.recorded_transfer t ON t.id = e.transfer_id
      WHERE e.account_id = ${accountId}::bigint AND e.version > (SELECT version_after FROM place)
        AND e.version <= (SELECT version_last FROM place)
        AND coalesce(t.effective_date = (e.booked_at AT TIME ZONE 'UTC')::date, true)
      ORDER BY e.version LIMIT ${rowsMax}::integer
    ), of_other_days AS (
      SELECT f.effective_date AS day, e.*
      FROM ledger.entry_effective f JOIN ledger.entry e ON e.account_id = f.account_id AND e.version = f.version
      WHERE f.account_id = ${accountId}::bigint AND f.effective_date <= ${to}::date
        AND (f.effective_date, f.version) > (${after.day}::date, ${after.version}::bigint)
      ORDER BY f.effective_date, f.version LIMIT ${rowsMax}::integer
    )
    SELECT p.opening, p.closing, to_char(s.day, 'YYYY-MM-DD') AS day, s.version, s.transfer_id, s.kind, t.reference,
           s.amount, s.balance, s.reserved, s.booked_at,
           t.debit_account_id + t.credit_account_id - p.id AS other_account_id
    FROM place p
    LEFT JOIN (SELECT * FROM of_their_day UNION ALL SELECT * FROM of_other_days
               ORDER BY day, version LIMIT ${rowsMax}::integer) s ON true
    LEFT JOIN ledger.recorded_transfer t ON t.id = s.transfer_id
    ORDER BY s.day, s.version`;
}

function entryOf(row: StatementRow & { day: Day }): DayEntry {
  const kind = transferKindOf(row.kind);
  invariant(kind !== null, 'every entry is of a known kind');
  return {
    effectiveDay: row.day,
    version: row.version,
    transferId: row.transfer_id,
    kind,
    reference: row.reference,
    amountMinor: row.amount,
    balanceAfterMinor: row.balance,
    reservedAfterMinor: row.reserved,
    bookedAt: row.booked_at,
    otherAccountId: row.other_account_id,
  };
}

function assertDays(...days: readonly Day[]): void {
  const isEvery = days.every((day) => {
    if (!/^\d{4}-\d\d-\d\d$/.test(day)) return false;
    const time = new Date(`${day}T00:00:00Z`);
    return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day) && day >= '0001-01-01';
  });
  if (!isEvery) throw refuse('invalid', 'day_malformed', 'A day is written as 2026-12-31.');
}

function accountNotFound() {
  return refuse('not_found', 'account_not_found', 'There is no such account.');
}

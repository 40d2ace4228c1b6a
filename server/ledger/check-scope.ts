import { Prisma } from '#server/platform/db.ts';

/**
 * What a reading of the books looks at, as relations that every check reads from. The same checks serve both readings:
 * a full one sees the tables themselves, an incremental one only what came since the last good point.
 */
export interface CheckScope {
  isFull: boolean;
  /** Put before the statement: defines the relations below. */
  prelude: Prisma.Sql;
  /** Accounts whose own history is looked at. */
  accounts: Prisma.Sql;
  entries: Prisma.Sql;
  /** The entries, and before them one row per account with what it held at the good point (`is_opening`). */
  history: Prisma.Sql;
  transfers: Prisma.Sql;
  /** All members of the linked groups in question. */
  groupMembers: Prisma.Sql;
  /** All reversals (`related_id`, `amount`) of the transfers in question, and their totals. */
  reversals: Prisma.Sql;
  reversalTotals: Prisma.Sql;
  resolutions: Prisma.Sql;
  conversions: Prisma.Sql;
  effectiveDays: Prisma.Sql;
  /**
   * Ends a lateral look-up by key. Empty in a full reading, where PostgreSQL turns the look-up into a hash join; in an
   * incremental one `OFFSET 0` keeps it a look-up, whatever the planner believes about sizes, so that the work grows
   * with what is new and not with the books.
   */
  fence: Prisma.Sql;
}

/** Every account at the seal of the last month that is in the archive; no rows while none is. */
const archiveOpening = Prisma.sql`
  (SELECT s.* FROM ledger.seal_account s WHERE s.month = (SELECT max(d.month) FROM ledger.seal_detachment d))`;

/**
 * Entries above that. Each is of a transfer of an attached month: into a sealed one nothing is booked. What is at or
 * below it is proved by the digests of the seals (`sealChecks`), so that no reading needs the transfers of the archive.
 */
const entriesSinceArchive = Prisma.sql`
  (SELECT e.* FROM ledger.entry e LEFT JOIN ${archiveOpening} o ON o.account_id = e.account_id
   WHERE e.version > coalesce(o.version, 0))`;

const historySinceArchive = Prisma.sql`
  (SELECT e.account_id, e.version, e.amount, e.balance, e.reserved, e.booked_at, e.transfer_id, false AS is_opening
   FROM ${entriesSinceArchive} e
   UNION ALL
   SELECT o.account_id, o.version, o.balance, o.balance, o.reserved, o.booked_at, NULL, true FROM ${archiveOpening} o)`;

/** The first id of the oldest attached month, or one that is smaller than all; older transfers are in the archive. */
const firstAttachedId = Prisma.sql`(SELECT c.archived_until FROM ledger.control c)`;

/** From which ids on an incremental reading looks, besides at the transfers of the new entries. */
export interface NewsIds {
  /** At every transfer: the smallest id of a moment just before the good point. */
  all: string;
  /** At those that say they have no entry: of a longer time before, since an id may be made well before it is decided. */
  withoutEntries: string;
}

/**
 * All of the books: from the first entry on, or when months are in the archive, from the closing balances of the last
 * of them on. Facts beside the transfers are compared where the transfer is attached. A linked group, or a transfer and
 * its reversals, may lie on both sides of the line and are looked up on both (`recorded_transfer`).
 */
export const wholeBooks: CheckScope = {
  isFull: true,
  prelude: Prisma.empty,
  accounts: Prisma.sql`ledger.account`,
  entries: entriesSinceArchive,
  history: historySinceArchive,
  transfers: Prisma.sql`ledger.transfer`,
  groupMembers: Prisma.sql`(SELECT m.* FROM ledger.recorded_transfer m WHERE m.group_id IS NOT NULL)`,
  reversals: Prisma.sql`
    (SELECT r.related_id, r.amount FROM ledger.recorded_transfer r WHERE r.action = 6 AND r.outcome = 0)`,
  reversalTotals: Prisma.sql`ledger.reversal_total`,
  resolutions: Prisma.sql`(SELECT x.* FROM ledger.pending_resolution x WHERE x.transfer_id >= ${firstAttachedId})`,
  conversions: Prisma.sql`(SELECT v.* FROM ledger.conversion v WHERE v.transfer_id >= ${firstAttachedId})`,
  effectiveDays: Prisma.sql`
    (SELECT x.* FROM ledger.entry_effective x
     LEFT JOIN ledger.entry e ON e.account_id = x.account_id AND e.version = x.version
     WHERE e.transfer_id IS NULL OR e.transfer_id >= ${firstAttachedId})`,
  fence: Prisma.empty,
};

/**
 * What is new since the last good point (`ledger.check_point`: version, balance and reserved amount of each account).
 *
 * Why it is enough to read this: a good point was kept by a reading without a hard finding, in the snapshot of that
 * reading. So each account's history up to its version there is proved, and what it held there can stand for all of it,
 * as an opening balance does. An account whose row is still as at the point has no news; of any other only the entries
 * above that version are read, and the transfers that these name. An entry never changes the past of an account, so
 * nothing else can have become wrong by posting. Sums over all accounts, floors and reserved totals are taken over
 * whole small tables each time, which also finds an account that was changed at rest.
 *
 * Transfers without entries (refusals, empty shortfalls) and forged ones are found by their time-ordered ids.
 * A linked group or a reversal whose members are not all new is looked up in the whole table, only then.
 *
 * What it cannot see: entries, transfers and side rows that somebody changed, took away or slipped in before the
 * point, and an entry beyond the version of an account that is otherwise as it was. For these there is the full check.
 * A forged good point would blind only this reading, never the full one, which does not look at it.
 */
export function newsSince(idsFrom: NewsIds): CheckScope {
  return {
    isFull: false,
    prelude: Prisma.sql`WITH ${Prisma.join([accountNews, transferNews(idsFrom), groupNews, reversalNews], ', ')}`,
    accounts: Prisma.sql`news_account`,
    entries: Prisma.sql`news_entry`,
    history: Prisma.sql`
      (SELECT e.account_id, e.version, e.amount, e.balance, e.reserved, e.booked_at, e.transfer_id, false AS is_opening
       FROM news_entry e
       UNION ALL
       SELECT p.account_id, p.version, p.balance, p.balance, p.reserved, p.booked_at, NULL, true
       FROM news p WHERE p.version > 0)`,
    transfers: Prisma.sql`news_transfer`,
    groupMembers: Prisma.sql`
      (SELECT m.* FROM news_group g JOIN ledger.recorded_transfer m ON m.group_id = g.group_id)`,
    reversals: Prisma.sql`
      (SELECT r.related_id, r.amount FROM news_transfer r
       WHERE r.action = 6 AND r.outcome = 0 AND r.related_id NOT IN (SELECT d.related_id FROM news_reversal_older d)
       UNION ALL
       SELECT r.related_id, r.amount FROM news_reversal_older d JOIN ledger.recorded_transfer r ON r.related_id = d.related_id
       WHERE r.action = 6 AND r.outcome = 0)`,
    reversalTotals: Prisma.sql`
      (SELECT v.* FROM news_reversal n CROSS JOIN LATERAL (
         SELECT o.* FROM ledger.reversal_total o WHERE o.transfer_id = n.related_id OFFSET 0) v)`,
    resolutions: Prisma.sql`
      (SELECT x.* FROM news_transfer n CROSS JOIN LATERAL (
         SELECT o.* FROM ledger.pending_resolution o WHERE o.pending_id = n.related_id OFFSET 0) x
       WHERE n.action BETWEEN 3 AND 5 AND n.outcome = 0)`,
    conversions: Prisma.sql`
      (SELECT v.* FROM news_transfer n CROSS JOIN LATERAL (
         SELECT o.* FROM ledger.conversion o WHERE o.transfer_id = n.id OFFSET 0) v
       WHERE n.options IS NOT NULL)`,
    effectiveDays: Prisma.sql`
      (SELECT x.* FROM news_transfer n
       CROSS JOIN LATERAL (VALUES (n.debit_account_id, n.debit_version), (n.credit_account_id, n.credit_version)) s (account_id, version)
       CROSS JOIN LATERAL (
         SELECT o.* FROM ledger.entry_effective o
         WHERE o.account_id = s.account_id AND o.effective_date = n.effective_date AND o.version = s.version OFFSET 0) x
       WHERE n.effective_date IS NOT NULL)`,
    fence: Prisma.sql`OFFSET 0`,
  };
}

/** Accounts that are not as at the good point, what they held there, and their entries since. */
const accountNews = Prisma.sql`
  news AS MATERIALIZED (
    SELECT coalesce(a.id, p.account_id) AS account_id, coalesce(p.version, 0) AS version,
           p.balance, p.reserved, p.booked_at
    FROM ledger.account a FULL JOIN ledger.check_point p ON p.account_id = a.id
    WHERE a.id IS NULL OR a.version <> coalesce(p.version, 0) OR a.balance <> coalesce(p.balance, 0)
       OR a.reserved <> coalesce(p.reserved, 0) OR a.last_time <> coalesce(p.booked_at, 'epoch'::timestamptz)
  ), news_account AS MATERIALIZED (
    SELECT a.* FROM news n CROSS JOIN LATERAL (
      SELECT o.* FROM ledger.account o WHERE o.id = n.account_id OFFSET 0) a
  ), news_entry AS MATERIALIZED (
    SELECT e.* FROM news n CROSS JOIN LATERAL (
      SELECT o.* FROM ledger.entry o WHERE o.account_id = n.account_id AND o.version > n.version OFFSET 0) e
  )`;

/** The transfers of these entries, and whatever has an id of the time since. */
function transferNews({ all, withoutEntries }: NewsIds): Prisma.Sql {
  return Prisma.sql`
    news_transfer AS MATERIALIZED (
      SELECT t.* FROM (
          SELECT e.transfer_id AS id FROM news_entry e
          UNION SELECT o.id FROM ledger.transfer o WHERE o.id >= ${all}::uuid
          UNION SELECT o.id FROM ledger.transfer o
            WHERE o.id >= ${withoutEntries}::uuid AND o.debit_version IS NULL AND o.credit_version IS NULL) n
        CROSS JOIN LATERAL (SELECT o.* FROM ledger.transfer o WHERE o.id = n.id OFFSET 0) t)`;
}

/** Linked groups that look torn among the new transfers alone. */
const groupNews = Prisma.sql`
  news_group AS MATERIALIZED (
    SELECT t.group_id FROM news_transfer t WHERE t.group_id IS NOT NULL GROUP BY t.group_id
    HAVING count(*) <> max(t.group_size) OR count(*) FILTER (WHERE t.outcome <> 0) NOT IN (0, count(*)))`;

/** Transfers that were reversed since, and those of them whose total is not that of the new reversals alone. */
const reversalNews = Prisma.sql`
  news_reversal AS MATERIALIZED (
    SELECT t.related_id, sum(t.amount) AS total FROM news_transfer t
    WHERE t.action = 6 AND t.outcome = 0 GROUP BY t.related_id
  ), news_reversal_older AS MATERIALIZED (
    SELECT n.related_id FROM news_reversal n LEFT JOIN LATERAL (
      SELECT o.reversed FROM ledger.reversal_total o WHERE o.transfer_id = n.related_id OFFSET 0) v ON true
    WHERE v.reversed IS DISTINCT FROM n.total)`;

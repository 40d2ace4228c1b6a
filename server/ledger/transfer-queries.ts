import { transferKinds, type TransferKind } from '#server/ledger/kinds.ts';
import { lookupTransfers, type StoredTransfer } from '#server/ledger/lookups.ts';
import { pageSizeMax } from '#server/ledger/schema.ts';
import { Prisma, type Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { isWrittenUuid, uuidv7At } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';

export interface TransfersQuery {
  /** Transfers that changed this account: that moved, reserved or gave back. */
  accountId?: bigint;
  kind?: TransferKind;
  /** The whole reference, letter by letter. */
  reference?: string;
  /**
   * First moment, included, and last moment, not included. With an account alone it is the time of booking; otherwise
   * the time that the id was made at, which is at most 35 days earlier (for what a payment provider says, any time).
   */
  from?: Date;
  to?: Date;
  /** The `nextCursor` of the page before, of the same query. */
  before?: string;
  /** 1 to 100. */
  limit: number;
}

export interface TransfersPage {
  /** Newest first. */
  transfers: StoredTransfer[];
  /** Null on the last page. */
  nextCursor: string | null;
}

const versionPattern = /^[1-9][0-9]{0,17}$/;

/**
 * One page of transfers, newest first: with an account alone in the order of its versions, otherwise in that of the
 * ids. Stored refusals and what wrote no entry (a shortfall of nothing) are among them, except with an account alone:
 * they changed none. A page is found through an index whatever is asked:
 *
 * - a reference through its own, at the cost of all transfers with that reference;
 * - an account through its entries, at the cost of the page, or where a kind is asked for, of what lies between;
 * - a kind, a period or nothing through the ids, at the cost of the page, or where a kind is asked for, of what lies
 *   between; months outside the period are not opened.
 *
 * Refuses `cursor_malformed` (invalid). The filter follows TigerBeetle's query_transfers and get_account_transfers.
 */
export async function queryTransfers(db: Db, query: TransfersQuery): Promise<TransfersPage> {
  const rows = await db.$queryRaw<PageRow[]>`${pageSql(query)}`;
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    transfers: await lookupTransfers(
      db,
      page.map(({ id }) => id),
    ),
    nextCursor: rows.length > query.limit && last !== undefined ? last.cursor : null,
  };
}

interface PageRow {
  id: string;
  cursor: string;
}

/** The statement that finds a page, and one row more where there is a next one; apart, so that its plan can be seen. */
export function pageSql(query: TransfersQuery): Prisma.Sql {
  invariant(query.limit >= 1 && query.limit <= pageSizeMax, 'a page holds 1 to 100 transfers');
  if (query.reference !== undefined) return byReference(query, query.reference);
  return query.accountId === undefined ? byId(query) : byAccount(query, query.accountId);
}

function byReference(query: TransfersQuery, reference: string): Prisma.Sql {
  const { accountId } = query;
  const conditions = [
    Prisma.sql`t.reference = ${reference}`,
    ...(accountId === undefined
      ? []
      : [Prisma.sql`(t.debit_account_id = ${accountId}::bigint OR t.credit_account_id = ${accountId}::bigint)`]),
    ...conditionsOnId(query),
  ];
  // OFFSET 0 keeps the planner from walking all ids backwards in the hope of meeting the reference soon.
  return Prisma.sql`
    SELECT s.id, s.id::text AS cursor
    FROM (SELECT t.id FROM ledger.recorded_transfer t WHERE ${Prisma.join(conditions, ' AND ')} OFFSET 0) s
    ORDER BY s.id DESC LIMIT ${query.limit + 1}::integer`;
}

function byId(query: TransfersQuery): Prisma.Sql {
  const conditions = [Prisma.sql`true`, ...conditionsOnId(query)];
  return Prisma.sql`
    SELECT t.id, t.id::text AS cursor FROM ledger.recorded_transfer t WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY t.id DESC LIMIT ${query.limit + 1}::integer`;
}

function conditionsOnId({ kind, from, to, before }: TransfersQuery): Prisma.Sql[] {
  if (before !== undefined && !isWrittenUuid(before)) throw malformedCursor();
  return [
    ...(kind === undefined ? [] : [Prisma.sql`t.kind = ${transferKinds[kind]}::smallint`]),
    ...(from === undefined ? [] : [Prisma.sql`t.id >= ${firstIdOf(from)}::uuid`]),
    ...(to === undefined ? [] : [Prisma.sql`t.id < ${firstIdOf(to)}::uuid`]),
    ...(before === undefined ? [] : [Prisma.sql`t.id < ${before}::uuid`]),
  ];
}

function byAccount({ kind, from, to, before, limit }: TransfersQuery, accountId: bigint): Prisma.Sql {
  if (before !== undefined && !versionPattern.test(before)) throw malformedCursor();
  const versionBefore = (time: Date) =>
    Prisma.sql`(SELECT ledger.version_before(${accountId}::bigint, ${time}::timestamptz))`;
  const conditions = [
    Prisma.sql`e.account_id = ${accountId}::bigint`,
    ...(kind === undefined ? [] : [Prisma.sql`e.kind = ${transferKinds[kind]}::smallint`]),
    ...(from === undefined ? [] : [Prisma.sql`e.version > ${versionBefore(from)}`]),
    ...(to === undefined ? [] : [Prisma.sql`e.version <= ${versionBefore(to)}`]),
    ...(before === undefined ? [] : [Prisma.sql`e.version < ${before}::bigint`]),
  ];
  return Prisma.sql`
    SELECT e.transfer_id AS id, e.version::text AS cursor FROM ledger.entry e
    WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY e.version DESC LIMIT ${limit + 1}::integer`;
}

/** The smallest UUIDv7 of a millisecond. */
function firstIdOf(time: Date): string {
  return uuidv7At(time, new Uint8Array(10));
}

function malformedCursor() {
  return refuse('invalid', 'cursor_malformed', 'This is no place in this list.');
}

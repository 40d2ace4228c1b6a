import { transferKindOf, transferKinds, type TransferKind } from '#server/ledger/kinds.ts';
import { pageSizeMax, type AccountBalance, type LedgerEntry } from '#server/ledger/schema.ts';
import { Prisma, type Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

/** What the account holds now. Refuses `account_not_found`. */
export async function accountBalance(db: Db, accountId: bigint): Promise<AccountBalance> {
  const account = await db.ledgerAccount.findUnique({
    where: { id: accountId },
    select: { balance: true, reserved: true, version: true },
  });
  if (account === null) throw refuse('not_found', 'account_not_found', 'There is no such account.');
  return balanceOf(account);
}

/**
 * What the account held after a version, or at the end of the millisecond `time` (a `Date` holds no microseconds), in
 * minor units. Zero before its first entry. Every entry keeps the balance that it left, under the account's next
 * version, so the past is one look-up and no sum: the account history of TigerBeetle, and the numbered stream of event
 * sourcing. Refuses `account_not_found`, and `version_not_found` for a version it has not reached.
 */
export async function balanceAt(
  db: Db,
  accountId: bigint,
  moment: { time: Date } | { version: bigint },
): Promise<AccountBalance> {
  const now = await accountBalance(db, accountId);
  const version = 'version' in moment ? moment.version : await versionBefore(db, accountId, endOf(moment.time));
  if (version < 0n || version > now.version) {
    throw refuse('not_found', 'version_not_found', 'The account has not reached this version.');
  }
  if (version === 0n) return balanceOf({ balance: 0n, reserved: 0n, version });
  const entry = await db.ledgerEntry.findUnique({
    where: { accountId_version: { accountId, version } },
    select: { balance: true, reserved: true, version: true },
  });
  invariant(entry !== null, 'every version of an account has its entry');
  return balanceOf(entry);
}

export interface EntriesQuery {
  accountId: bigint;
  kinds?: readonly TransferKind[];
  /** First moment, included. */
  from?: Date;
  /** Last moment, not included. */
  to?: Date;
  /** Cursor: only entries of lower versions. */
  before?: bigint;
  /** 1 to 100. */
  limit: number;
}

export interface EntriesPage {
  /** Newest first. */
  entries: LedgerEntry[];
  /** The next page's `before`; null on the last page. */
  nextCursor: bigint | null;
}

/**
 * One page of an account's history, in minor units; an account that does not exist has none. Versions have no gaps and
 * never change, so the cursor stays right while others post (TigerBeetle's get_account_transfers pages by timestamp).
 * A limit outside 1 to 100 is a defect of the caller and throws.
 */
export async function accountEntries(db: Db, query: EntriesQuery): Promise<EntriesPage> {
  invariant(query.limit >= 1 && query.limit <= pageSizeMax, 'a page holds 1 to 100 entries');
  const rows = await selectEntries(db, query);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    entries: page.map(entryOf),
    nextCursor: rows.length > query.limit && last !== undefined ? last.version : null,
  };
}

interface EntryRow {
  version: bigint;
  transfer_id: string;
  kind: number;
  reference: string | null;
  amount: bigint;
  balance: bigint;
  reserved: bigint;
  booked_at: Date;
  debit_account_id: bigint;
  credit_account_id: bigint;
  account_id: bigint;
}

async function selectEntries(db: Db, query: EntriesQuery): Promise<EntryRow[]> {
  const first = query.from === undefined ? 0n : await versionBefore(db, query.accountId, query.from);
  const last = query.to === undefined ? null : await versionBefore(db, query.accountId, query.to);
  const conditions = [
    Prisma.sql`e.account_id = ${query.accountId}::bigint AND e.version > ${first}::bigint`,
    ...(last === null ? [] : [Prisma.sql`e.version <= ${last}::bigint`]),
    ...(query.before === undefined ? [] : [Prisma.sql`e.version < ${query.before}::bigint`]),
    ...(query.kinds === undefined
      ? []
      : [Prisma.sql`e.kind = ANY (${query.kinds.map((kind) => transferKinds[kind])}::smallint[])`]),
  ];
  return db.$queryRaw<EntryRow[]>`
    SELECT s.version, s.transfer_id, s.kind, t.reference, s.amount, s.balance, s.reserved, s.booked_at,
           t.debit_account_id, t.credit_account_id, s.account_id
    FROM (SELECT e.* FROM ledger.entry e WHERE ${Prisma.join(conditions, ' AND ')}
          ORDER BY e.version DESC LIMIT ${query.limit + 1}::integer) s
    JOIN ledger.recorded_transfer t ON t.id = s.transfer_id
    ORDER BY s.version DESC`;
}

function entryOf(row: EntryRow): LedgerEntry {
  const kind = transferKindOf(row.kind);
  invariant(kind !== null, 'every entry is of a known kind');
  return {
    version: row.version,
    transferId: row.transfer_id,
    kind,
    reference: row.reference,
    amountMinor: row.amount,
    balanceAfterMinor: row.balance,
    reservedAfterMinor: row.reserved,
    bookedAt: row.booked_at,
    otherAccountId: row.debit_account_id === row.account_id ? row.credit_account_id : row.debit_account_id,
  };
}

async function versionBefore(db: Db, accountId: bigint, time: Date): Promise<bigint> {
  const rows = await db.$queryRaw<{ version: bigint | null }[]>`
    SELECT ledger.version_before(${accountId}::bigint, ${time}::timestamptz) AS version`;
  return rows[0]?.version ?? 0n;
}

function endOf(time: Date): Date {
  return new Date(time.getTime() + 1);
}

function balanceOf(row: { balance: bigint; reserved: bigint; version: bigint }): AccountBalance {
  return {
    balanceMinor: row.balance,
    reservedMinor: row.reserved,
    availableMinor: row.balance - row.reserved,
    version: row.version,
  };
}

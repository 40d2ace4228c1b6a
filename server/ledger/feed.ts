import { accountKinds, assets, transferKindOf, type AccountKind, type TransferKind } from '#server/ledger/kinds.ts';
import type { Asset } from '#server/money/money.ts';
import { microsTo2000 } from '#server/platform/binary-arrays.ts';
import type { Database, Db } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';

/**
 * The books as a projection of them reads: by account and version, in bulk. Rows come as one text per call, because
 * thousands of rows as objects cost more than PostgreSQL needs to find them.
 */

/** Microseconds since 1970: a `Date` would lose what orders the entries of a millisecond. */
export type Micros = bigint;

/** A booked transfer with the place of its entries in both accounts' histories. */
export interface BookedTransfer {
  id: string;
  debitAccountId: bigint;
  /** Null where it left no entry there. */
  debitVersion: bigint | null;
  creditAccountId: bigint;
  creditVersion: bigint | null;
  /** What moved, in minor units; 0 for what only reserves or releases. */
  movedMinor: bigint;
  kind: TransferKind;
  /** What it reverses; null for anything else. */
  reversesId: string | null;
  bookedAt: Micros;
}

/** Versions of one account: above `after`, up to `until`. */
export interface VersionRange {
  accountId: bigint;
  after: bigint;
  until: bigint;
}

export interface KnownAccount {
  id: bigint;
  kind: AccountKind;
  asset: Asset;
  owner: string;
  version: bigint;
}

const reversal = 6;
/** A move, the posting of a pending, a reversal: the actions that move money. */
const moving: readonly number[] = [1, 3, reversal];

/** The ledger's present time. */
export async function ledgerTime(db: Db): Promise<Micros> {
  const rows = await db.$queryRaw<{ micros: bigint }[]>`
    SELECT (extract(epoch FROM ledger.now()) * 1000000)::bigint AS micros`;
  const [row] = rows;
  invariant(row !== undefined, 'the ledger has a clock');
  return row.micros;
}

/**
 * Accounts of an asset with an entry at or after a moment of the ledger's time, and the version each reached. It reads
 * the accounts through once and needs no index that posting would have to maintain.
 */
export async function accountsBookedSince(
  db: Db,
  { asset, since }: { asset: Asset; since: Micros },
): Promise<Map<bigint, bigint>> {
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(a.id || ',' || a.version, ';') AS found FROM ledger.account a
    WHERE a.asset = ${assets[asset]}::smallint AND a.version > 0
      AND a.last_time >= 'epoch'::timestamptz + ${since}::bigint * interval '1 microsecond'`;
  return new Map(fieldsOf(rows[0]?.found).map(([id = '', version = '']) => [BigInt(id), BigInt(version)] as const));
}

/** Accounts by id; those that do not exist are left out. */
export async function knownAccounts(db: Db, ids: readonly bigint[]): Promise<KnownAccount[]> {
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', a.id, a.kind, a.asset, a.version, a.owner), E'\n') AS found
    FROM unnest(${arrayOf(ids)}::bigint[]) i (id)
    CROSS JOIN LATERAL (SELECT o.* FROM ledger.account o WHERE o.id = i.id OFFSET 0) a`;
  return fieldsOf(rows[0]?.found, '\n').map(([id = '', code, asset, version = '', ...owner]) => {
    const kind = accountKinds.find((known) => String(known.code) === code && String(assets[known.asset]) === asset);
    invariant(kind !== undefined, 'every account is of a known kind');
    return { id: BigInt(id), kind: kind.name, asset: kind.asset, owner: owner.join(','), version: BigInt(version) };
  });
}

/** The transfers behind ranges of entries, each once, in no order. */
export async function transfersInRanges(db: Db, ranges: readonly VersionRange[]): Promise<BookedTransfer[]> {
  if (ranges.length === 0) return [];
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', t.id, t.debit_account_id, coalesce(t.debit_version, 0), t.credit_account_id,
        coalesce(t.credit_version, 0), t.amount, t.kind, t.action,
        (extract(epoch FROM t.booked_at) * 1000000)::bigint, t.related_id), ';') AS found
    FROM (SELECT DISTINCT e.transfer_id
          FROM unnest(${arrayOf(ranges.map(({ accountId }) => accountId))}::bigint[],
                      ${arrayOf(ranges.map(({ after }) => after))}::bigint[],
                      ${arrayOf(ranges.map(({ until }) => until))}::bigint[]) r (account_id, after, until)
          CROSS JOIN LATERAL (SELECT o.transfer_id FROM ledger.entry o
            WHERE o.account_id = r.account_id AND o.version > r.after AND o.version <= r.until OFFSET 0) e) n
    CROSS JOIN LATERAL (SELECT o.* FROM ledger.recorded_transfer o WHERE o.id = n.transfer_id OFFSET 0) t`;
  return fieldsOf(rows[0]?.found).map(transferOf);
}

/** Transfers in the order of their ids. */
export interface TransferPage {
  transfers: BookedTransfer[];
  /** The id of the last that was looked at; null where there are none above. */
  last: string | null;
}

/**
 * Transfers with an id above one, at most so many: the cheapest way through all of them, in nearly the order in which they
 * were booked, because ids begin with the time at which they were made. What was booked late under an early id, and what is
 * booked at this very moment, is not among them: whoever needs every transfer looks at the accounts in the end.
 */
export async function transfersAfter(
  database: Pick<Database, 'runPlanned'>,
  { after, limit }: { after: string; limit: number },
): Promise<TransferPage> {
  const [row] = await database.runPlanned<{ found: Buffer | null }>({ text: pageText, values: [after, limit] });
  return row === undefined || row.found === null ? { transfers: [], last: null } : pageOf(row.found);
}

/** Rows one after the other as PostgreSQL sends their fields in binary: `pageOf` reads them. */
const pageText = `
  SELECT string_agg(textsend(t.id::text) || int8send(t.debit_account_id) || int8send(coalesce(t.debit_version, 0))
    || int8send(t.credit_account_id) || int8send(coalesce(t.credit_version, 0)) || int8send(t.amount)
    || timestamptz_send(t.booked_at) || int2send(t.kind) || int2send(t.action)
    || CASE WHEN t.action = ${String(reversal)} THEN textsend(t.related_id::text) ELSE '' END, '') AS found
  FROM (SELECT o.* FROM ledger.recorded_transfer o WHERE o.id > $1::uuid ORDER BY o.id LIMIT $2::int) t`;

/** An id is sent as text, because as text it is kept. */
const idBytes = 36;

function pageOf(bytes: Buffer): TransferPage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const transfers: BookedTransfer[] = [];
  let last: string | null = null;
  for (let place = 0; place < bytes.length;) {
    const id = bytes.toString('latin1', place, place + idBytes);
    place += idBytes;
    const kind = transferKindOf(view.getInt16(place + 48));
    invariant(kind !== null, 'every transfer is of a known kind');
    const action = view.getInt16(place + 50);
    const transfer: BookedTransfer = {
      id,
      debitAccountId: view.getBigInt64(place),
      debitVersion: versionOf(view.getBigInt64(place + 8)),
      creditAccountId: view.getBigInt64(place + 16),
      creditVersion: versionOf(view.getBigInt64(place + 24)),
      movedMinor: moving.includes(action) ? view.getBigInt64(place + 32) : 0n,
      kind,
      reversesId: null,
      bookedAt: view.getBigInt64(place + 40) + microsTo2000,
    };
    place += 52;
    if (action === reversal) {
      transfer.reversesId = bytes.toString('latin1', place, place + idBytes);
      place += idBytes;
    }
    // A refusal left no entry.
    if (transfer.debitVersion !== null || transfer.creditVersion !== null) transfers.push(transfer);
    last = id;
  }
  return { transfers, last };
}

/** A transfer as people follow money: between whom it was. */
export interface TransferWithAccounts {
  transferKind: TransferKind;
  reference: string | null;
  bookedAt: Date;
  from: { accountId: bigint; kind: AccountKind; owner: string };
  to: { accountId: bigint; kind: AccountKind; owner: string };
}

interface TransferWithAccountsRow {
  id: string;
  code: number;
  reference: string | null;
  booked_at: Date;
  debit_id: bigint;
  debit_kind: number;
  debit_owner: string;
  credit_id: bigint;
  credit_kind: number;
  credit_owner: string;
}

/** Transfers by id with both their accounts, in one statement; those that do not exist are left out. */
export async function transfersWithAccounts(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, TransferWithAccounts>> {
  const rows = await db.$queryRaw<TransferWithAccountsRow[]>`
    SELECT t.id::text, t.kind AS code, t.reference, t.booked_at,
      d.id AS debit_id, d.kind AS debit_kind, d.owner AS debit_owner,
      c.id AS credit_id, c.kind AS credit_kind, c.owner AS credit_owner
    FROM unnest(${`{${[...new Set(ids)].join(',')}}`}::uuid[]) i (id)
    CROSS JOIN LATERAL (SELECT o.* FROM ledger.recorded_transfer o WHERE o.id = i.id OFFSET 0) t
    CROSS JOIN LATERAL (SELECT o.* FROM ledger.account o WHERE o.id = t.debit_account_id OFFSET 0) d
    CROSS JOIN LATERAL (SELECT o.* FROM ledger.account o WHERE o.id = t.credit_account_id OFFSET 0) c`;
  return new Map(
    rows.map((row) => {
      const transferKind = transferKindOf(row.code);
      invariant(transferKind !== null, 'every transfer is of a known kind');
      const from = { accountId: row.debit_id, kind: kindOfCode(row.debit_kind), owner: row.debit_owner };
      const to = { accountId: row.credit_id, kind: kindOfCode(row.credit_kind), owner: row.credit_owner };
      return [row.id, { transferKind, reference: row.reference, bookedAt: row.booked_at, from, to }];
    }),
  );
}

function kindOfCode(code: number): AccountKind {
  const kind = accountKinds.find((known) => known.code === code);
  invariant(kind !== undefined, 'every account is of a known kind');
  return kind.name;
}

/** What accounts held at versions they have reached, in minor units; version 0 is nothing. */
export async function balancesAtVersions(
  db: Db,
  places: readonly { accountId: bigint; version: bigint }[],
): Promise<Map<bigint, bigint>> {
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', p.account_id, e.balance), ';') AS found
    FROM unnest(${arrayOf(places.map(({ accountId }) => accountId))}::bigint[],
                ${arrayOf(places.map(({ version }) => version))}::bigint[]) p (account_id, version)
    CROSS JOIN LATERAL (SELECT o.balance FROM ledger.entry o
      WHERE o.account_id = p.account_id AND o.version = p.version OFFSET 0) e`;
  return new Map(fieldsOf(rows[0]?.found).map(([id = '', balance = '']) => [BigInt(id), BigInt(balance)]));
}

function transferOf(fields: readonly string[]): BookedTransfer {
  const [id = '', debit = '', debitVersion = '', credit = '', creditVersion = '', amount = '', ...rest] = fields;
  const [code = '', action = '', bookedAt = '', relatedId] = rest;
  const kind = transferKindOf(Number.parseInt(code, 10));
  invariant(kind !== null, 'every transfer is of a known kind');
  const does = Number.parseInt(action, 10);
  return {
    id: ownText(id),
    debitAccountId: BigInt(debit),
    debitVersion: versionOf(BigInt(debitVersion)),
    creditAccountId: BigInt(credit),
    creditVersion: versionOf(BigInt(creditVersion)),
    movedMinor: moving.includes(does) ? BigInt(amount) : 0n,
    kind,
    reversesId: does === reversal ? (relatedId ?? null) : null,
    bookedAt: BigInt(bookedAt),
  };
}

/** A text of its own: a part of the answer would keep all of the answer in memory for as long as somebody keeps the id. */
function ownText(part: string): string {
  return Buffer.from(part, 'latin1').toString('latin1');
}

function versionOf(version: bigint): bigint | null {
  return version === 0n ? null : version;
}

/** An array as PostgreSQL reads it; none of its items needs quotes. */
function arrayOf(items: readonly bigint[]): string {
  return `{${items.join(',')}}`;
}

function fieldsOf(text: string | null | undefined, end = ';'): string[][] {
  return text === null || text === undefined ? [] : text.split(end).map((row) => row.split(','));
}

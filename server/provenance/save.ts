import { randomBytes } from 'node:crypto';
import { Prisma, type Session } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import {
  isToBeRenewed,
  noteListed,
  type AccountBook,
  type Books,
  type LotChanges,
  type LotMove,
  type PlacedLot,
} from './books.ts';
import { compare, type LotFact } from './lots.ts';
import { BigintArray, bigintsOf, TimeArray, UuidArray, uuidsOf, type Slate } from '#server/platform/binary-arrays.ts';
import { arrayOf, nil, textsOf } from './wire.ts';
import type { LotDefect, WorkDone } from './work-through.ts';

/** Where a batch is written: the transaction of a caller, or that of the worker's session. */
type Writer = Pick<Session, 'execute'>;

/** What the tables say of a batch as a whole. */
export interface Mark {
  /** A number of its own. */
  batch: bigint;
  /** Up to which id the worker took transfers. */
  readUntil: string;
}

/**
 * A number for a batch, or for a hold. By chance and not in turn: a server that dies may lose the last batches, and what
 * comes after it must not pass for them.
 */
export function newBatchNumber(): bigint {
  return randomBytes(8).readBigUInt64BE() >> 1n;
}

/** A statement, and how many rows it has to change where that is sure. */
interface Statement {
  sql: Prisma.Sql;
  count?: number;
}

/**
 * What a batch changed, written with one statement per table. They are made when the batch is decided: what follows changes
 * the books again, and PostgreSQL shall not wait for the next statement to be written down.
 */
export function statementsOf(
  { changes, returns }: Books,
  done: WorkDone,
  { slate, mark }: { slate: Slate; mark: Partial<Mark> },
): Statement[] {
  const defects = done.defects.length > 0 ? [{ sql: defectsSql(done.defects) }] : [];
  if (done.projected.length === 0) return [...defects, ...readUntilStatements(mark)];
  return [
    ...defects,
    ...(done.facts.length > 0 ? [{ sql: factsSql(done.facts) }] : []),
    ...(done.moves.length > 0 ? [{ sql: movesSql(done.moves, slate) }] : []),
    ...lotStatements(changes, slate),
    ...restoredStatements(returns),
    ...progressStatements(done, slate),
    { sql: markSql(done, mark) },
  ];
}

export async function saveWork(tx: Writer, statements: readonly Statement[]): Promise<void> {
  for (const { sql, count } of statements) {
    const changed = await tx.execute(sql);
    invariant(count === undefined || changed === count, 'lots that were read are still there');
  }
}

function factsSql(facts: readonly LotFact[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO lot_fact (id, kind, source_type, source_id, origin_type, origin_id, since, hold_until, expires_at, parent_id)
    SELECT f.id, f.kind, f.source_type, f.source_id, f.origin_type, f.origin_id,
           'epoch'::timestamptz + f.since * interval '1 microsecond',
           'epoch'::timestamptz + f.hold_until * interval '1 microsecond',
           'epoch'::timestamptz + f.expires_at * interval '1 microsecond', f.parent_id
    FROM unnest(${arrayOf(facts.map(({ id }) => id))}::uuid[], ${textsOf(facts.map(({ kind }) => kind))}::text[],
      ${textsOf(facts.map(({ source }) => source.type))}::text[], ${textsOf(facts.map(({ source }) => source.id))}::text[],
      ${textsOf(facts.map(({ origin }) => origin.type))}::text[], ${textsOf(facts.map(({ origin }) => origin.id))}::text[],
      ${arrayOf(facts.map(({ since }) => since))}::bigint[], ${arrayOf(facts.map(({ holdUntil }) => holdUntil))}::bigint[],
      ${arrayOf(facts.map(({ expiresAt }) => expiresAt))}::bigint[], ${arrayOf(facts.map(({ parentId }) => parentId))}::uuid[])
      f (id, kind, source_type, source_id, origin_type, origin_id, since, hold_until, expires_at, parent_id)`;
}

/** One row for each transfer, in the order of the index, whose pages are then at hand. */
function movesSql(moves: readonly LotMove[], slate: Slate): Prisma.Sql {
  const [serials, ids] = [new BigintArray(moves.length * 2, slate), new UuidArray(moves.length * 3, slate)];
  const transfers: { id: string; after: bigint; until: bigint }[] = [];
  for (let first = 0; first < moves.length;) {
    const pieces = piecesFrom(moves, first);
    for (const { from, until, fact, before, previousBy } of pieces) {
      serials.add(from);
      serials.add(until);
      ids.add(fact.id);
      ids.add(before?.id ?? nil);
      ids.add(previousBy ?? nil);
    }
    const [after, until] = [BigInt(first), BigInt(first + pieces.length)];
    transfers.push({ id: pieces[0]?.transferId ?? nil, after, until });
    first += pieces.length;
  }
  return Prisma.sql`
    INSERT INTO lot_move (transfer_id, serials, ids)
    SELECT t.id, (${serials.buffer}::bigint[])[t.after * 2 + 1 : t.until * 2],
      (${ids.buffer}::uuid[])[t.after * 3 + 1 : t.until * 3]
    FROM (SELECT unnest(${uuidsOf(transfers, ({ id }) => id, slate)}::uuid[]) AS id,
      unnest(${bigintsOf(transfers, ({ after }) => after, slate)}::bigint[]) AS after,
      unnest(${bigintsOf(transfers, ({ until }) => until, slate)}::bigint[]) AS until ORDER BY 1 OFFSET 0) t`;
}

/** All pieces of the transfer that begins there, by their serials. */
function piecesFrom(moves: readonly LotMove[], first: number): LotMove[] {
  let end = first + 1;
  while (end < moves.length && moves[end]?.transferId === moves[first]?.transferId) end += 1;
  const pieces = moves.slice(first, end);
  return pieces.length === 1 ? pieces : pieces.sort((left, right) => compare(left.from, right.from));
}

/** Each row where it is at the end of the batch. A lot that only moved, or shrank from above, keeps its row. */
function lotStatements({ placed }: LotChanges, slate: Slate): Statement[] {
  const [changed, made]: [PlacedLot[], PlacedLot[]] = [[], []];
  for (const place of placed) (place.isFresh ? made : changed).push(place);
  return [
    ...(changed.length > 0 ? [{ sql: updateSql(changed, slate), count: changed.length }] : []),
    ...(made.length > 0 ? [{ sql: insertSql(made, slate) }] : []),
  ];
}

function updateSql(lots: readonly PlacedLot[], slate: Slate): Prisma.Sql {
  return Prisma.sql`
    UPDATE lot l SET serial_until = n.serial_until, account_id = n.account_id, fact_id = n.fact_id,
      arrived_by = n.arrived_by, since = n.since
    FROM (${lotRows(lots, slate)}) n WHERE l.serial_from = n.serial_from`;
}

function insertSql(lots: readonly PlacedLot[], slate: Slate): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO lot (serial_from, serial_until, account_id, fact_id, arrived_by, since) ${lotRows(lots, slate)}`;
}

/**
 * Arrays in the list of what is selected come row by row; in a FROM they would all be written down first. In the order of
 * serials, neighbours are on the same pages of the table and of most of its indexes.
 */
function lotRows(lots: readonly PlacedLot[], slate: Slate): Prisma.Sql {
  const bigints = () => new BigintArray(lots.length, slate);
  const [froms, untils, accounts, sinces] = [bigints(), bigints(), bigints(), new TimeArray(lots.length, slate)];
  const [facts, arrivals] = [new UuidArray(lots.length, slate), new UuidArray(lots.length, slate)];
  for (const { lot, accountId } of lots) {
    const { from, until, fact, arrivedBy } = lot;
    froms.add(from);
    untils.add(until);
    accounts.add(accountId);
    facts.add(fact.id);
    arrivals.add(arrivedBy);
    sinces.add(fact.since);
  }
  return Prisma.sql`
    SELECT unnest(${froms.buffer}::bigint[]) AS serial_from, unnest(${untils.buffer}::bigint[]) AS serial_until,
      unnest(${accounts.buffer}::bigint[]) AS account_id, unnest(${facts.buffer}::uuid[]) AS fact_id,
      unnest(${arrivals.buffer}::uuid[]) AS arrived_by, unnest(${sinces.buffer}::timestamptz[]) AS since
    ORDER BY 1`;
}

function restoredStatements(returns: Books['returns']): Statement[] {
  const rows = [...returns].flatMap(([transferId, { restoredMinor }]) =>
    [...restoredMinor].map(([factId, amount]) => ({ transferId, factId, amount })),
  );
  if (rows.length === 0) return [];
  const sql = Prisma.sql`
    INSERT INTO lot_restored (transfer_id, fact_id, amount)
    SELECT * FROM unnest(${arrayOf(rows.map(({ transferId }) => transferId))}::uuid[],
      ${arrayOf(rows.map(({ factId }) => factId))}::uuid[], ${arrayOf(rows.map(({ amount }) => amount))}::bigint[])
    ON CONFLICT (transfer_id, fact_id) DO UPDATE SET amount = excluded.amount`;
  return [{ sql }];
}

/** The lots that came are added to an account's list. Where too much of it is past, it is written anew. */
function progressStatements({ moved }: WorkDone, slate: Slate): Statement[] {
  const [grown, renewed]: [AccountBook[], AccountBook[]] = [[], []];
  for (const book of moved) (isToBeRenewed(book) ? renewed : grown).push(book);
  const added = grown.map((book) => ({ book, serials: book.came }));
  const whole = renewed.map((book) => ({ book, serials: book.lots.map(({ from }) => from) }));
  for (const { book, serials } of [...added, ...whole]) noteListed(book, serials.length);
  return [
    ...(added.length > 0 ? [{ sql: progressSql(added, Prisma.sql`lot_progress.lots || excluded.lots`, slate) }] : []),
    ...(whole.length > 0 ? [{ sql: progressSql(whole, Prisma.sql`excluded.lots`, slate) }] : []),
  ];
}

function progressSql(
  rows: readonly { book: AccountBook; serials: readonly bigint[] }[],
  list: Prisma.Sql,
  slate: Slate,
): Prisma.Sql {
  const serials = new BigintArray(
    rows.reduce((count, row) => count + row.serials.length, 0),
    slate,
  );
  const bigints = () => new BigintArray(rows.length, slate);
  const [ids, versions, struck, afters, untils] = [bigints(), bigints(), bigints(), bigints(), bigints()];
  let end = 0;
  for (const { book, serials: listed } of rows) {
    ids.add(book.id);
    versions.add(book.version);
    struck.add(book.struck);
    afters.add(BigInt(end));
    end += listed.length;
    untils.add(BigInt(end));
    for (const serial of listed) serials.add(serial);
  }
  return Prisma.sql`
    INSERT INTO lot_progress (account_id, version, struck, lots)
    SELECT n.id, n.version, n.struck, (${serials.buffer}::bigint[])[n.after + 1 : n.until]
    FROM (SELECT unnest(${ids.buffer}::bigint[]) AS id, unnest(${versions.buffer}::bigint[]) AS version,
      unnest(${struck.buffer}::bigint[]) AS struck, unnest(${afters.buffer}::bigint[]) AS after,
      unnest(${untils.buffer}::bigint[]) AS until) n
    ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, struck = excluded.struck, lots = ${list}`;
}

/** What was taken and was projected already, or is of other assets, need not be read again. */
function readUntilStatements({ readUntil }: Partial<Mark>): Statement[] {
  return readUntil === undefined
    ? []
    : [{ sql: Prisma.sql`UPDATE lot_projection SET read_until = ${readUntil}::uuid` }];
}

function markSql({ projected }: WorkDone, { batch = newBatchNumber(), readUntil }: Partial<Mark>): Prisma.Sql {
  const lastTime = projected.reduce((latest, { bookedAt }) => (bookedAt > latest ? bookedAt : latest), 0n);
  return Prisma.sql`
    UPDATE lot_projection SET batch = ${batch}::bigint, read_until = coalesce(${readUntil ?? null}::uuid, read_until),
      last_time = greatest(last_time, 'epoch'::timestamptz + ${lastTime}::bigint * interval '1 microsecond')`;
}

function defectsSql(defects: readonly LotDefect[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO lot_defect (transfer_id, code, detail)
    SELECT * FROM unnest(${arrayOf(defects.map(({ transferId }) => transferId))}::uuid[],
      ${textsOf(defects.map(({ code }) => code))}::text[], ${textsOf(defects.map(({ detail }) => detail))}::text[])
    ON CONFLICT (transfer_id, code) DO NOTHING`;
}

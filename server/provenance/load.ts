import { houseAccountName } from '#server/ledger/accounts.ts';
import { knownAccounts, type BookedTransfer } from '#server/ledger/feed.ts';
import type { Slate } from '#server/platform/binary-arrays.ts';
import { Prisma, type Db } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import {
  emptyBook,
  hasList,
  insertLot,
  isProjected,
  noChanges,
  noSlot,
  type AccountBook,
  type Books,
  type LotMove,
  type LotNote,
  type ReturnBook,
  type Step,
} from './books.ts';
import {
  isStock,
  keyOf,
  noHolds,
  spendingOrderOf,
  type HoldEvent,
  type HoldEvents,
  type LotFact,
  type LotSource,
} from './lots.ts';
import { lotsWanted, readLots } from './load-lots.ts';
import type { Said } from './said.ts';
import type { Mark } from './save.ts';
import { ruleOf } from './take.ts';
import { arrayOf, factOf, holdEvents, nil, optional, rowsOf, textsOf } from './wire.ts';

/**
 * What a batch of transfers needs, read in a handful of statements. Each looks rows up one by one by their key
 * (`OFFSET 0` keeps it so): nobody can estimate how large a batch is, and a table read through costs more with each day.
 */

/** What of the books is known before a batch is loaded. */
export interface Known {
  /** Of the batch. */
  number: number;
  said: Said;
  /** What is decided and being written; null where everything is. */
  unwritten: Unwritten | null;
  /** Whether there are holds at all; null where nobody looked. */
  isAnythingHeld: boolean | null;
  /** Where its statements are written down. */
  slate: Slate;
  /** Empty where not the worker decides. */
  mark: Partial<Mark>;
}

export interface Unwritten {
  /** Of the batch: its accounts bear it. */
  number: number;
  /** Resolves once the tables say it, or never will. */
  settled: Promise<void>;
}

export interface Progress {
  version: bigint;
  struck: bigint;
}

/** How far accounts are projected; those that never were are left out. */
export async function progressOf(db: Db, accountIds: readonly bigint[]): Promise<Map<bigint, Progress>> {
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', p.account_id, p.version, p.struck), ';') AS found
    FROM unnest(${arrayOf(accountIds)}::bigint[]) i (id)
    CROSS JOIN LATERAL (SELECT o.* FROM lot_progress o WHERE o.account_id = i.id OFFSET 0) p`;
  return new Map(
    rowsOf(rows).map(([id = '', version = '', struck = '']) => [
      BigInt(id),
      { version: BigInt(version), struck: BigInt(struck) },
    ]),
  );
}

/**
 * The transfers of ducats among these that are not projected yet, with the books of their accounts: those that are given,
 * which get new ones for the others. Lots are not read.
 */
export async function stepsOf(
  db: Db,
  transfers: readonly BookedTransfer[],
  books: Map<bigint, AccountBook>,
): Promise<Step[]> {
  const unknown = new Set<bigint>();
  const steps = knownSteps(transfers, books, unknown);
  if (unknown.size === 0) return steps;
  await openBooks(db, [...unknown], books);
  unknown.clear();
  const all = knownSteps(transfers, books, unknown);
  invariant(unknown.size === 0, 'every account of a transfer is there');
  return all;
}

function knownSteps(
  transfers: readonly BookedTransfer[],
  books: ReadonlyMap<bigint, AccountBook>,
  unknown: Set<bigint>,
): Step[] {
  const steps: Step[] = [];
  for (const transfer of transfers) {
    const { debitAccountId, creditAccountId } = transfer;
    const [giver, receiver] = [books.get(debitAccountId), books.get(creditAccountId)];
    if (giver === undefined) unknown.add(debitAccountId);
    if (receiver === undefined) unknown.add(creditAccountId);
    if (giver?.isOfDucats !== true || receiver === undefined) continue;
    const step = { transfer, giver, receiver };
    if (!isProjected(step)) steps.push(step);
  }
  return steps;
}

/** What is new has no lots to be read, and issuance gives none that it has; so they are whole from the beginning. */
async function openBooks(db: Db, ids: readonly bigint[], books: Map<bigint, AccountBook>): Promise<void> {
  const progress = await progressOf(db, ids);
  for (const { id, kind, asset } of await knownAccounts(db, ids)) {
    const order = spendingOrderOf(kind, houseAccountName(id) !== null);
    const book = emptyBook({ id, kind, order, isStock: isStock(kind), isOfDucats: asset === 'DUCAT' });
    const { version, struck } = progress.get(id) ?? book;
    const isWhole = order === 'strike' || (version === 0n && hasList(book));
    books.set(id, { ...book, version, struck, isWhole });
  }
}

/** The books of a batch, with whatever its transfers can need of lots, holds and earlier moves. */
export async function loadBooks(db: Db, steps: readonly Step[], known: Known): Promise<Books> {
  const { number, unwritten } = known;
  const { notes, takes } = known.said;
  const returned = steps.flatMap(({ transfer }) => {
    const rule = ruleOf({ takes }, transfer);
    return rule !== null && 'returnOf' in rule ? [rule.returnOf] : [];
  });
  const wanted = lotsWanted(steps, takes);
  const isInTables = ![...wanted.oldest.keys(), ...wanted.all].some(({ batch }) => batch === unwritten?.number);
  if (!isInTables || returned.length > 0) await unwritten?.settled;
  const rows = await readLots(db, wanted);
  const moveRows = await loadMoves(db, returned);
  const facts = await loadFacts(db, [
    ...rows.map(([, , , factId = '']) => factId),
    ...moveRows.flatMap(({ factId, beforeFactId }) => (beforeFactId === null ? [factId] : [factId, beforeFactId])),
  ]);
  const books = new Map([...wanted.oldest.keys(), ...wanted.all].map((book) => [book.id, book]));
  for (const [from = '', until = '', accountId = '', factId = '', arrivedBy = ''] of rows) {
    const [book, fact] = [books.get(BigInt(accountId)), facts.get(factId)];
    invariant(book !== undefined && fact !== undefined, 'every lot has its account and its facts');
    insertLot(book, { from: BigInt(from), until: BigInt(until), fact, arrivedBy, slot: noSlot });
  }
  for (const [book, amountMinor] of wanted.oldest) {
    if (book.heldMinor >= amountMinor) book.edge = book.lots.at(-1) ?? null;
  }
  const isAnyHeld = known.isAnythingHeld ?? (await isAnythingHeld(db));
  const holds = isAnyHeld ? await holdsFor(db, { steps, facts: facts.values(), notes }) : noHolds;
  const returns = await returnBooks(db, { returned, moveRows, facts });
  return { number, changes: noChanges(), notes, takes, holds, returns };
}

/** The fields of a fact as text, for `factOf`. */
export const wireFact = Prisma.sql`concat_ws(',', f.id, f.kind, f.source_type, f.source_id, f.origin_type, f.origin_id,
  (extract(epoch FROM f.since) * 1000000)::bigint,
  coalesce((extract(epoch FROM f.hold_until) * 1000000)::bigint::text, ''),
  coalesce((extract(epoch FROM f.expires_at) * 1000000)::bigint::text, ''), coalesce(f.parent_id::text, ''))`;

export async function loadFacts(db: Db, ids: readonly string[]): Promise<Map<string, LotFact>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(${wireFact}, ';') AS found FROM unnest(${arrayOf(wanted)}::uuid[]) i (id)
    CROSS JOIN LATERAL (SELECT o.* FROM lot_fact o WHERE o.id = i.id OFFSET 0) f`;
  return new Map(
    rowsOf(rows)
      .map(factOf)
      .map((fact) => [fact.id, fact]),
  );
}

/** The holds on whatever the transfers can give, by what it is and by where. */
async function holdsFor(
  db: Db,
  known: { steps: readonly Step[]; facts: Iterable<LotFact>; notes: ReadonlyMap<string, LotNote> },
): Promise<HoldEvents> {
  const facts = new Set(known.facts);
  const books = new Set<AccountBook>();
  for (const { giver, receiver } of known.steps) books.add(giver).add(receiver);
  for (const { lots } of books) for (const { fact } of lots) facts.add(fact);
  const sources = new Map<string, LotSource>();
  const add = (source: LotSource) => void sources.set(keyOf(source), source);
  for (const { source, origin } of facts) {
    add(source);
    if (origin !== source) add(origin);
  }
  for (const { source } of known.notes.values()) add(source);
  return loadHolds(db, { sources: [...sources.values()], accountIds: [...books].map(({ id }) => id) });
}

/** Whether anybody ever said a word about a hold. */
export async function isAnythingHeld(db: Db): Promise<boolean> {
  const some = await db.$queryRaw<unknown[]>`SELECT 1 AS one FROM lot_hold LIMIT 1`;
  return some.length > 0;
}

/** The holds on these sources and accounts. */
export async function loadHolds(
  db: Db,
  { sources, accountIds }: { sources: readonly LotSource[]; accountIds: readonly bigint[] },
): Promise<HoldEvents> {
  if (sources.length === 0 && accountIds.length === 0) return holdEvents([]);
  const distinct = [...new Map(sources.map((source) => [keyOf(source), source])).values()];
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', coalesce(h.source_type, ''), coalesce(h.source_id, ''),
      coalesce(h.account_id::text, ''), coalesce((extract(epoch FROM h.hold_until) * 1000000)::bigint::text, ''),
      h.is_lift, (extract(epoch FROM h.effective_at) * 1000000)::bigint), ';' ORDER BY h.effective_at, h.id) AS found
    FROM lot_hold h
    WHERE h.account_id = ANY (${arrayOf(accountIds)}::bigint[])
       OR (h.source_type, h.source_id) IN (
         SELECT s.type, s.id FROM unnest(${textsOf(distinct.map(({ type }) => type))}::text[],
                                         ${textsOf(distinct.map(({ id }) => id))}::text[]) s (type, id))`;
  return holdEvents(
    rowsOf(rows).map(([type = '', id = '', accountId = '', holdUntil, isLift, effectiveAt = '']): HoldEvent => ({
      target: accountId === '' ? { source: { type, id } } : { accountId: BigInt(accountId) },
      holdUntil: optional(holdUntil),
      isLift: isLift === 't',
      effectiveAt: BigInt(effectiveAt),
    })),
  );
}

interface MoveRow {
  transferId: string;
  from: bigint;
  until: bigint;
  factId: string;
  beforeFactId: string | null;
  previousBy: string | null;
}

async function loadMoves(db: Db, transferIds: readonly string[]): Promise<MoveRow[]> {
  if (transferIds.length === 0) return [];
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', m.transfer_id, p.serial_from, p.serial_until, p.fact_id, p.before_id, p.previous_by), ';'
      ORDER BY m.transfer_id, p.serial_from) AS found
    FROM unnest(${arrayOf([...new Set(transferIds)])}::uuid[]) i (id)
    CROSS JOIN LATERAL (SELECT o.* FROM lot_move o WHERE o.transfer_id = i.id OFFSET 0) m
    CROSS JOIN LATERAL pieces_of(m) p`;
  return rowsOf(rows).map(([transferId = '', from = '', until = '', factId = '', before = '', previous = '']) => {
    const [beforeFactId, previousBy] = before === nil ? [null, null] : [before, previous];
    return { transferId, from: BigInt(from), until: BigInt(until), factId, beforeFactId, previousBy };
  });
}

/** Of each transfer that gives back. Moves go by their serials, so that every projection sees them in one order. */
async function returnBooks(
  db: Db,
  loaded: { returned: readonly string[]; moveRows: readonly MoveRow[]; facts: ReadonlyMap<string, LotFact> },
): Promise<Map<string, ReturnBook>> {
  const { returned, moveRows, facts } = loaded;
  const books = new Map<string, ReturnBook>(returned.map((id) => [id, { moves: [], restoredMinor: new Map() }]));
  for (const { factId, beforeFactId, ...row } of moveRows) {
    const [fact, before] = [facts.get(factId), beforeFactId === null ? null : facts.get(beforeFactId)];
    invariant(fact !== undefined && before !== undefined, 'every move has its facts');
    const move: LotMove = { ...row, fact, before };
    books.get(row.transferId)?.moves.push(move);
  }
  if (books.size === 0) return books;
  const restored = await db.lotRestored.findMany({ where: { transferId: { in: [...books.keys()] } } });
  for (const { transferId, factId, amount } of restored) books.get(transferId)?.restoredMinor.set(factId, amount);
  return books;
}

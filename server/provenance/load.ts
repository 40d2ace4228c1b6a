import { houseAccountName } from '#server/ledger/accounts.ts';
import type { BookedTransfer, KnownAccount } from '#server/ledger/feed.ts';
import { Prisma, type Db } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import {
  emptyBook,
  hasList,
  insertLot,
  noChanges,
  noSlot,
  type AccountBook,
  type Books,
  type LotMove,
  type LotNote,
  type ReturnBook,
} from './books.ts';
import {
  isStock,
  keyOf,
  spendingOrderOf,
  type HoldEvent,
  type HoldEvents,
  type LotFact,
  type LotSource,
} from './lots.ts';
import { lotsWanted, readLots } from './load-lots.ts';
import { takeRule, type TakeRule } from './schema.ts';
import { arrayOf, factOf, holdEvents, nil, optional, rowsOf, textsOf } from './wire.ts';

/**
 * What a batch of transfers needs, read in a handful of statements. Each looks rows up one by one by their key
 * (`OFFSET 0` keeps it so): nobody can estimate how large a batch is, and a table read through costs more with each day.
 */

/** The accounts of a batch, and how far they are projected. */
export interface KnownState {
  accounts: readonly Pick<KnownAccount, 'id' | 'kind'>[];
  progress: ReadonlyMap<bigint, Progress>;
  /** Books as they are at that progress: they need not be read again. */
  remembered: ReadonlyMap<bigint, AccountBook>;
  /** What is decided and being written; null where everything is. */
  unwritten: Unwritten | null;
}

export interface Unwritten {
  accounts: ReadonlyMap<bigint, AccountBook>;
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

/** The books of these accounts, with whatever the transfers can need of lots, notes, rules, holds and earlier moves. */
export async function loadBooks(db: Db, state: KnownState, transfers: readonly BookedTransfer[]): Promise<Books> {
  const books = accountBooks(state);
  const [notes, takes] = [await loadNotes(db, transfers), await loadTakes(db, transfers)];
  const returned = transfers.flatMap((transfer) => {
    const rule = takes.get(transfer.id);
    const id = rule !== undefined && 'returnOf' in rule ? rule.returnOf : transfer.reversesId;
    return id === null ? [] : [id];
  });
  const wanted = lotsWanted(books, { transfers, takes });
  const isInTables = [...wanted.oldest.keys(), ...wanted.all].every((id) => state.unwritten?.accounts.has(id) !== true);
  if (!isInTables || returned.length > 0) await state.unwritten?.settled;
  const rows = await readLots(db, books, wanted);
  const moveRows = await loadMoves(db, returned);
  const facts = await loadFacts(db, [
    ...rows.map(([, , , factId = '']) => factId),
    ...moveRows.flatMap(({ factId, beforeFactId }) => (beforeFactId === null ? [factId] : [factId, beforeFactId])),
  ]);
  for (const [from = '', until = '', accountId = '', factId = '', arrivedBy = ''] of rows) {
    const [book, fact] = [books.get(BigInt(accountId)), facts.get(factId)];
    invariant(book !== undefined && fact !== undefined, 'every lot has its account and its facts');
    insertLot(book, { from: BigInt(from), until: BigInt(until), fact, arrivedBy, slot: noSlot });
  }
  for (const [accountId, amountMinor] of wanted.oldest) {
    const book = books.get(accountId);
    if (book !== undefined && book.heldMinor >= amountMinor) book.edge = book.lots.at(-1) ?? null;
  }
  const holds = await holdsFor(db, { books, facts: facts.values(), notes });
  const returns = await returnBooks(db, { returned, moveRows, facts });
  return { accounts: books, changes: noChanges(), notes, takes, holds, returns };
}

/** What is new has no lots to be read, and issuance gives none that it has; so they are whole from the beginning. */
function accountBooks({ accounts, progress, remembered }: KnownState): Map<bigint, AccountBook> {
  return new Map(
    accounts.map(({ id, kind }): [bigint, AccountBook] => {
      const [book, reached] = [remembered.get(id), progress.get(id)];
      if (book !== undefined && book.version === reached?.version) return [id, book];
      const order = spendingOrderOf(kind, houseAccountName(id) !== null);
      const empty = emptyBook({ id, kind, order, isStock: isStock(kind) });
      const isWhole = order === 'strike' || ((reached?.version ?? 0n) === 0n && hasList(empty));
      return [id, { ...empty, ...reached, isWhole }];
    }),
  );
}

async function loadNotes(db: Db, transfers: readonly BookedTransfer[]): Promise<Map<string, LotNote>> {
  const rows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', n.transfer_id, n.kind, n.source_type, n.source_id,
      coalesce((extract(epoch FROM n.hold_until) * 1000000)::bigint::text, ''),
      coalesce((extract(epoch FROM n.expires_at) * 1000000)::bigint::text, '')), ';') AS found
    FROM unnest(${arrayOf(transfers.map(({ id }) => id))}::uuid[]) i (id)
    CROSS JOIN LATERAL (SELECT o.* FROM lot_note o WHERE o.transfer_id = i.id OFFSET 0) n`;
  return new Map(
    rowsOf(rows).map(([id = '', kind, type = '', sourceId = '', holdUntil, expiresAt]) => {
      invariant(kind === 'bought' || kind === 'granted' || kind === 'earned', 'a note is of a known kind');
      const source = { type, id: sourceId };
      return [id, { kind, source, holdUntil: optional(holdUntil), expiresAt: optional(expiresAt) }];
    }),
  );
}

async function loadTakes(db: Db, transfers: readonly BookedTransfer[]): Promise<Map<string, TakeRule>> {
  const rows = await db.$queryRaw<{ transfer_id: string; rule: unknown }[]>`
    SELECT t.transfer_id::text, t.rule FROM unnest(${arrayOf(transfers.map(({ id }) => id))}::uuid[]) i (id)
    CROSS JOIN LATERAL (SELECT o.* FROM lot_take o WHERE o.transfer_id = i.id OFFSET 0) t`;
  return new Map(rows.map(({ transfer_id: id, rule }) => [id, takeRule.parse(rule)]));
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
  known: {
    books: ReadonlyMap<bigint, AccountBook>;
    facts: Iterable<LotFact>;
    notes: ReadonlyMap<string, LotNote>;
  },
): Promise<HoldEvents> {
  if (!(await isAnythingHeld(db))) return holdEvents([]);
  const facts = new Set(known.facts);
  for (const { lots } of known.books.values()) for (const { fact } of lots) facts.add(fact);
  const sources = new Map<string, LotSource>();
  const add = (source: LotSource) => void sources.set(keyOf(source), source);
  for (const { source, origin } of facts) {
    add(source);
    if (origin !== source) add(origin);
  }
  for (const { source } of known.notes.values()) add(source);
  return loadHolds(db, { sources: [...sources.values()], accountIds: [...known.books.keys()] });
}

async function isAnythingHeld(db: Db): Promise<boolean> {
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

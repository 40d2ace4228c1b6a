import type { AccountKind } from '#server/ledger/kinds.ts';
import {
  byAge,
  bySpending,
  sizeOf,
  type HoldEvents,
  type Lot,
  type LotFact,
  type LotSource,
  type SpendingOrder,
} from './lots.ts';
import type { TakeRule } from './schema.ts';

/** What the projection holds in memory while it works through a batch. */

/** An account: how far it is projected, and of its lots those that the batch can need, in the order it spends them. */
export interface AccountBook {
  readonly id: bigint;
  readonly kind: AccountKind;
  readonly order: SpendingOrder;
  readonly isStock: boolean;
  /** All its lots that it can ever need are here, so that the next batch need not read them. */
  isWhole: boolean;
  /** Of a house account: all its lots up to this one, by age, are here; those after it are in the table alone. */
  edge: Lot | null;
  version: bigint;
  /** How many units it struck. */
  struck: bigint;
  lots: Lot[];
  /** The sizes of `lots` together. */
  heldMinor: bigint;
}

/** What a caller said of the units of a transfer. */
export interface LotNote {
  kind: 'bought' | 'granted' | 'earned';
  source: LotSource;
  holdUntil: bigint | null;
  expiresAt: bigint | null;
}

/** A piece of a transfer on its way. */
export interface Piece {
  from: bigint;
  until: bigint;
  /** Null where it was just struck. */
  fact: LotFact | null;
  arrivedBy: string | null;
}

/** A piece of a transfer that has arrived. */
export interface LotMove {
  transferId: string;
  from: bigint;
  until: bigint;
  fact: LotFact;
  before: LotFact | null;
  previousBy: string | null;
}

/** What a batch did to lots. A row stands at each first serial for good, because lots are divided and never merged. */
export interface LotChanges {
  /** Where lots are now that came, went or were divided, by first serial; the last word counts. */
  placed: Map<bigint, { lot: Lot; accountId: bigint }>;
  /** First serials that have no row yet. */
  fresh: Set<bigint>;
}

export interface Books {
  accounts: ReadonlyMap<bigint, AccountBook>;
  changes: LotChanges;
  notes: ReadonlyMap<string, LotNote>;
  takes: ReadonlyMap<string, TakeRule>;
  holds: HoldEvents;
  /** The moves of transfers that others give back, and how much of each fact was given back already. */
  returns: ReadonlyMap<string, ReturnBook>;
}

export interface ReturnBook {
  moves: LotMove[];
  /** By the id of the facts. */
  restoredMinor: Map<string, bigint>;
}

export function emptyBook(account: Pick<AccountBook, 'id' | 'kind' | 'order' | 'isStock'>): AccountBook {
  return { ...account, isWhole: false, edge: null, version: 0n, struck: 0n, lots: [], heldMinor: 0n };
}

/** Wallets and escrows have a list of their lots in the tables; the house has far too many. */
export function hasList({ order }: Pick<AccountBook, 'order'>): boolean {
  return order === 'spending' || order === 'share';
}

export function noChanges(): LotChanges {
  return { placed: new Map(), fresh: new Set() };
}

/** A lot arrives in an account. Issuance strikes new units and never gives again what came back to it. */
export function placeLot({ placed }: LotChanges, book: AccountBook, lot: Lot): void {
  placed.set(lot.from, { lot, accountId: book.id });
  if (book.order === 'strike' || (book.edge !== null && byAge(lot, book.edge) > 0)) return;
  insertLot(book, lot);
}

/** Puts a lot where the account's order wants it. */
export function insertLot(book: AccountBook, lot: Lot): void {
  const order = book.order === 'age' ? byAge : bySpending;
  let low = 0;
  let high = book.lots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = book.lots[middle];
    if (other !== undefined && order(other, lot) < 0) low = middle + 1;
    else high = middle;
  }
  book.lots.splice(low, 0, lot);
  book.heldMinor += sizeOf(lot);
}

/**
 * Takes at most so many units out of the lots that pass, in their order, from the upper end of each: so the rest keeps
 * its first serial, and its place in the order and in the table.
 */
export function takeWhere(
  { book, changes }: { book: AccountBook; changes: LotChanges },
  mostMinor: bigint,
  passes: (lot: Lot) => boolean,
): Piece[] {
  const { lots } = book;
  const pieces: Piece[] = [];
  let needed = mostMinor;
  let kept = 0;
  let read = 0;
  for (; read < lots.length && needed > 0n; read += 1) {
    const lot = lots[read];
    if (lot === undefined) break;
    if (!passes(lot)) {
      lots[kept] = lot;
      kept += 1;
      continue;
    }
    const size = sizeOf(lot);
    const taken = size < needed ? size : needed;
    const end = lot.until - taken;
    pieces.push({ from: end, until: lot.until, fact: lot.fact, arrivedBy: lot.arrivedBy });
    if (taken < size) {
      const rest = { ...lot, until: end };
      lots[kept] = rest;
      kept += 1;
      changes.placed.set(lot.from, { lot: rest, accountId: book.id });
      changes.fresh.add(end);
    }
    needed -= taken;
  }
  if (kept < read) lots.splice(kept, read - kept);
  book.heldMinor -= mostMinor - needed;
  return pieces;
}

import type { BookedTransfer } from '#server/ledger/feed.ts';
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
  /** False for accounts of other assets, which have no lots: they are known so that nobody asks again. */
  readonly isOfDucats: boolean;
  /** The number of the last batch that moved it. */
  batch: number;
  /** All its lots that it can ever need are here, so that the next batch need not read them. */
  isWhole: boolean;
  /** Of a house account: all its lots up to this one, by age, are here; those after it are in the table alone. */
  edge: Lot | null;
  version: bigint;
  /** How many units it struck. */
  struck: bigint;
  lots: BookLot[];
  /** Of a wallet or an escrow: the first serials of lots that came in this batch, and how many its list in the table has. */
  came: bigint[];
  /** Null where nobody counted them. */
  listed: number | null;
  /** The sizes of `lots` together. */
  heldMinor: bigint;
}

/** A lot in a book. Only its slot is ever changed. */
export interface BookLot extends Lot {
  /** Where it stands among what this batch placed, where that is a lot of the same first serial. */
  slot: number;
}

/** A transfer with the books of both its accounts: looking them up anew each time would cost as much as all decisions. */
export interface Step {
  transfer: BookedTransfer;
  giver: AccountBook;
  receiver: AccountBook;
}

/** Whether its accounts have it behind them. */
export function isProjected({ transfer: { debitVersion, creditVersion }, giver, receiver }: Step): boolean {
  return (
    (debitVersion === null || debitVersion <= giver.version) &&
    (creditVersion === null || creditVersion <= receiver.version)
  );
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
  /** As of the lot it was. */
  slot: number;
  /** Its first serial has no row yet. */
  isFresh: boolean;
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
  /** Where lots are now that came, went or were divided: one for each first serial. */
  placed: PlacedLot[];
}

export interface PlacedLot {
  lot: BookLot;
  accountId: bigint;
  /** Its first serial has no row yet. */
  isFresh: boolean;
}

export interface Books {
  /** Of this batch. */
  number: number;
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

/** Of a lot that no batch placed yet. */
export const noSlot = -1;

export function emptyBook(account: Pick<AccountBook, 'id' | 'kind' | 'order' | 'isStock' | 'isOfDucats'>): AccountBook {
  return {
    ...account,
    batch: 0,
    isWhole: false,
    edge: null,
    version: 0n,
    struck: 0n,
    lots: [],
    came: [],
    listed: 0,
    heldMinor: 0n,
  };
}

/** Of an account that is not remembered whole. */
export function forgetLots(book: AccountBook): void {
  book.lots = [];
  book.heldMinor = 0n;
  book.edge = null;
}

/** Wallets and escrows have a list of their lots in the tables; the house has far too many. */
export function hasList({ order }: Pick<AccountBook, 'order'>): boolean {
  return order === 'spending' || order === 'share';
}

/** Most of its list may be past; what only received is not known well enough to say. */
export function isToBeRenewed({ isWhole, lots, came, listed }: AccountBook): boolean {
  return isWhole && (listed === null || listed + came.length > 2 * lots.length + listSlack);
}

const listSlack = 8;

/** Once the list of this batch is written down: what was added to it, or all of it. */
export function noteListed(book: AccountBook, count: number): void {
  book.listed = isToBeRenewed(book) ? count : book.listed === null ? null : book.listed + count;
  book.came = [];
  if (!book.isWhole && book.edge === null) forgetLots(book);
}

export function noChanges(): LotChanges {
  return { placed: [] };
}

/** A lot arrives in an account. Issuance strikes new units and never gives again what came back to it. */
export function placeLot(changes: LotChanges, book: AccountBook, { lot, isFresh }: Omit<PlacedLot, 'accountId'>): void {
  noteChange(changes, { lot, accountId: book.id, isFresh });
  if (hasList(book)) book.came.push(lot.from);
  if (book.order === 'strike' || (book.edge !== null && byAge(lot, book.edge) > 0)) return;
  insertLot(book, lot);
}

/** The last word on a row counts. Its place is remembered in the lot: looking it up by serial would cost far more. */
function noteChange({ placed }: LotChanges, change: PlacedLot): void {
  const { lot, accountId } = change;
  const known = lot.slot < 0 ? undefined : placed[lot.slot];
  if (known?.lot.from === lot.from) {
    known.lot = lot;
    known.accountId = accountId;
  } else {
    lot.slot = placed.length;
    placed.push(change);
  }
}

/** Puts a lot where the account's order wants it. */
export function insertLot(book: AccountBook, lot: BookLot): void {
  const order = orderOf(book);
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

function orderOf({ order }: AccountBook): (left: Lot, right: Lot) => number {
  return order === 'age' ? byAge : bySpending;
}

/**
 * Takes at most so many units out of the lots that pass, in their order, from the upper end of each: so the rest keeps
 * its first serial, and its place in the table.
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
    const isFresh = taken < size;
    const { until, fact, arrivedBy } = lot;
    pieces.push({ from: end, until, fact, arrivedBy, slot: isFresh ? noSlot : lot.slot, isFresh });
    if (isFresh) {
      const rest = { ...lot, until: end };
      lots[kept] = rest;
      kept += 1;
      noteChange(changes, { lot: rest, accountId: book.id, isFresh: false });
    }
    needed -= taken;
  }
  if (kept < read) lots.splice(kept, read - kept);
  if (pieces.at(-1)?.isFresh === true) sink(book, kept - 1);
  book.heldMinor -= mostMinor - needed;
  return pieces;
}

/** A lot that shrank stands behind those of its age that are larger now. */
function sink(book: AccountBook, place: number): void {
  const { lots } = book;
  const order = orderOf(book);
  const lot = lots[place];
  if (lot === undefined) return;
  let end = place;
  for (let next = lots[end + 1]; next !== undefined && order(next, lot) < 0; next = lots[end + 1]) {
    lots[end] = next;
    end += 1;
  }
  lots[end] = lot;
}

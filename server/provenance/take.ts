import type { BookedTransfer } from '#server/ledger/feed.ts';
import { allocate } from '#server/money/money.ts';
import { noSlot, takeWhere, type AccountBook, type Books, type LotChanges, type Piece } from './books.ts';
import { heldUntil, isHeldAt, keyOf, sizeOf, spendingWalks, type Lot } from './lots.ts';
import type { TakeRule } from './schema.ts';

/** Which units a transfer takes. */

export interface Take {
  pieces: Piece[];
  /** How many units the rule could not find, so that the order of spending gave others instead. */
  missedMinor: bigint;
  /** How many units the account did not hold at all, so that they were struck. */
  overdrawnMinor: bigint;
}

/** Where the units begin of the one unbounded account beside issuance: far above all that issuance will ever strike. */
const overdraftSerial = 4_611_686_018_427_387_904n;

/** Takes the units of a transfer out of its debit account; null, with nothing taken, where it does not hold so many. */
export function takeUnits(books: Books, giver: AccountBook, transfer: BookedTransfer): Take | null {
  const { movedMinor } = transfer;
  if (giver.order === 'strike') return { pieces: [strike(giver, movedMinor, 1n)], missedMinor: 0n, overdrawnMinor: 0n };
  const overdrawnMinor = giver.heldMinor < movedMinor ? movedMinor - giver.heldMinor : 0n;
  if (overdrawnMinor > 0n && giver.kind !== 'suspense') return null;
  const wantedMinor = movedMinor - overdrawnMinor;
  const rule = ruleOf(books, transfer);
  const chosen = rule === null ? [] : byRule({ books, giver, transfer }, rule, wantedMinor);
  const missing = wantedMinor - totalOf(chosen);
  const missedMinor = rule === null || 'anyUnreserved' in rule || 'returnOf' in rule ? 0n : missing;
  const usual = missing > 0n ? inOrder({ books, giver, transfer }, missing) : [];
  const struck = overdrawnMinor > 0n ? [strike(giver, overdrawnMinor, overdraftSerial)] : [];
  return { pieces: [...chosen, ...usual, ...struck], missedMinor, overdrawnMinor };
}

/** A reversal takes back what the reversed transfer brought, unless somebody said otherwise. */
export function ruleOf(books: Pick<Books, 'takes'>, { id, reversesId }: BookedTransfer): TakeRule | null {
  return books.takes.get(id) ?? (reversesId === null ? null : { returnOf: reversesId });
}

interface Giving {
  books: Books;
  giver: AccountBook;
  transfer: BookedTransfer;
}

function byRule(giving: Giving, rule: TakeRule, wantedMinor: bigint): Piece[] {
  const from = { book: giving.giver, changes: giving.books.changes };
  if ('source' in rule) {
    const wanted = keyOf(rule.source);
    return takeWhere(
      from,
      wantedMinor,
      ({ fact }) => keyOf(fact.source) === wanted && (rule.kind === undefined || rule.kind === fact.kind),
    );
  }
  if ('heldEarnedOf' in rule) {
    const wanted = keyOf(rule.heldEarnedOf);
    return takeWhere(
      from,
      wantedMinor,
      (lot) => lot.fact.kind === 'earned' && keyOf(lot.fact.origin) === wanted && isHeld(giving, lot),
    );
  }
  if ('clearedEarned' in rule)
    return takeWhere(from, wantedMinor, (lot) => lot.fact.kind === 'earned' && !isHeld(giving, lot));
  if ('returnOf' in rule) return takeWhere(from, wantedMinor, ({ arrivedBy }) => arrivedBy === rule.returnOf);
  return [];
}

/** The order in which this account spends. */
function inOrder(giving: Giving, wantedMinor: bigint): Piece[] {
  const { giver, books } = giving;
  const from = { book: giver, changes: books.changes };
  switch (giver.order) {
    case 'strike':
    case 'age':
      return takeWhere(from, wantedMinor, () => true);
    case 'share':
      return inShares(from, wantedMinor);
    case 'spending': {
      const pieces: Piece[] = [];
      let needed = wantedMinor;
      for (const walk of spendingWalks) {
        if (needed === 0n) break;
        // Stock is the last in the order of lots, and mostly there is none.
        if (walk.kind === 'stock' && giver.lots.at(-1)?.fact.kind !== 'stock') continue;
        const taken = takeWhere(
          from,
          needed,
          (lot) => lot.fact.kind === walk.kind && (walk.isHeld === null || walk.isHeld === isHeld(giving, lot)),
        );
        needed -= totalOf(taken);
        pieces.push(...taken);
      }
      return pieces;
    }
  }
}

/** What stays is shared over the facts by largest remainder, ties to those that are spent first; the others leave. */
function inShares(from: { book: AccountBook; changes: LotChanges }, wantedMinor: bigint): Piece[] {
  const { book: giver } = from;
  if (wantedMinor === giver.heldMinor) return takeWhere(from, wantedMinor, () => true);
  const sizes = new Map<string, bigint>();
  for (const lot of giver.lots) sizes.set(lot.fact.id, (sizes.get(lot.fact.id) ?? 0n) + sizeOf(lot));
  const staying = allocate(giver.heldMinor - wantedMinor, [...sizes.values()]);
  return [...sizes].flatMap(([factId, size], index) =>
    takeWhere(from, size - (staying[index] ?? 0n), ({ fact }) => fact.id === factId),
  );
}

function isHeld({ books, giver, transfer }: Giving, { fact }: Lot): boolean {
  return isHeldAt(heldUntil({ fact, accountId: giver.id }, books.holds, transfer.bookedAt), transfer.bookedAt);
}

function strike(giver: AccountBook, amountMinor: bigint, firstSerial: bigint): Piece {
  const from = firstSerial + giver.struck;
  giver.struck += amountMinor;
  return { from, until: from + amountMinor, fact: null, arrivedBy: null, slot: noSlot, isFresh: true };
}

function totalOf(pieces: readonly Piece[]): bigint {
  return pieces.reduce((total, piece) => total + sizeOf(piece), 0n);
}

import { setImmediate as immediate } from 'node:timers/promises';
import type { BookedTransfer } from '#server/ledger/feed.ts';
import {
  noSlot,
  placeLot,
  type AccountBook,
  type Books,
  type LotMove,
  type Piece,
  type ReturnBook,
  type Step,
} from './books.ts';
import { factOnArrival, type Arrival } from './colour.ts';
import { compare, sizeOf, type LotFact } from './lots.ts';
import { ruleOf, takeUnits } from './take.ts';

/** A transfer whose units could not be taken as they should have been. */
export interface LotDefect {
  transferId: string;
  code: 'take_unsatisfied' | 'overdraft' | 'units_missing';
  detail: string;
}

/** Between two looks at what else there is to do: while this thread decides, what was decided before goes to PostgreSQL. */
const stepsAtOnce = 256;

/** What a batch came to; the books of its accounts are changed in place. */
export interface WorkDone {
  /** In the order in which they were decided. */
  projected: BookedTransfer[];
  /** The books of the accounts whose versions moved on. */
  moved: AccountBook[];
  moves: LotMove[];
  facts: LotFact[];
  defects: LotDefect[];
}

/**
 * Decides every transfer that is ready: one whose entries are the next of both its accounts. Each account is taken in
 * the order of its versions, and nothing else decides anything, so it does not matter in which order, in which batches
 * or by whom the accounts are brought up to date. What was projected before is passed over.
 */
export async function workThrough(books: Books, steps: readonly Step[]): Promise<WorkDone> {
  const done: WorkDone = { projected: [], moved: [], moves: [], facts: [], defects: [] };
  const waiting: Waiting = new Map();
  const next: Step[] = [];
  let count = 0;
  for (const first of steps) {
    for (let step: Step | undefined = first; step !== undefined; step = next.pop()) {
      count += 1;
      if (count % stepsAtOnce === 0) await immediate();
      if (isAwaited(step, waiting) || !isNext(step) || !decide(books, step, done)) continue;
      const { transfer, giver, receiver } = step;
      done.projected.push(transfer);
      if (transfer.debitVersion !== null) moveOn({ books, done }, giver, transfer.debitVersion);
      if (transfer.creditVersion !== null) moveOn({ books, done }, receiver, transfer.creditVersion);
      if (waiting.size > 0) next.push(...follows(waiting, giver), ...follows(waiting, receiver));
    }
  }
  return done;
}

/** Steps that came too early, by the account that has to move on first and the version that they are of it. */
type Waiting = Map<AccountBook, Map<bigint, Step>>;

/** Whether it is too early for it. Then it waits for the account. */
function isAwaited(step: Step, waiting: Waiting): boolean {
  const { transfer, giver, receiver } = step;
  if (isBefore(giver, transfer.debitVersion)) {
    wait(waiting, giver, step);
    return true;
  }
  if (isBefore(receiver, transfer.creditVersion)) {
    wait(waiting, receiver, step);
    return true;
  }
  return false;
}

function isBefore({ version: reached }: AccountBook, version: bigint | null): boolean {
  return version !== null && reached < version - 1n;
}

function wait(waiting: Waiting, book: AccountBook, step: Step): void {
  const version = step.giver === book ? step.transfer.debitVersion : step.transfer.creditVersion;
  const ofBook = waiting.get(book) ?? new Map<bigint, Step>();
  if (version !== null) ofBook.set(version, step);
  waiting.set(book, ofBook);
}

/** What waited for the version that the account has reached. */
function follows(waiting: Waiting, book: AccountBook): Step[] {
  const ofBook = waiting.get(book);
  const step = ofBook?.get(book.version + 1n);
  if (ofBook === undefined || step === undefined) return [];
  ofBook.delete(book.version + 1n);
  if (ofBook.size === 0) waiting.delete(book);
  return [step];
}

function isNext({ transfer: { debitVersion, creditVersion }, giver, receiver }: Step): boolean {
  return (
    (debitVersion === null || giver.version === debitVersion - 1n) &&
    (creditVersion === null || receiver.version === creditVersion - 1n)
  );
}

function moveOn({ books, done }: { books: Books; done: WorkDone }, book: AccountBook, version: bigint): void {
  book.version = version;
  if (book.batch === books.number) return;
  book.batch = books.number;
  done.moved.push(book);
}

/** The accounts in whose history it stands, and where. */
export function sidesOf(transfer: BookedTransfer): { accountId: bigint; version: bigint }[] {
  const { debitAccountId, debitVersion, creditAccountId, creditVersion } = transfer;
  const sides: { accountId: bigint; version: bigint }[] = [];
  if (debitVersion !== null) sides.push({ accountId: debitAccountId, version: debitVersion });
  if (creditVersion !== null) sides.push({ accountId: creditAccountId, version: creditVersion });
  return sides;
}

/** False where the account lacks the units: then nothing of it, and nothing that follows from it, is decided. */
function decide(books: Books, { transfer, giver, receiver }: Step, done: WorkDone): boolean {
  if (transfer.movedMinor === 0n) return true;
  const take = takeUnits(books, giver, transfer);
  if (take === null) {
    done.defects.push(defect(transfer, 'units_missing', transfer.movedMinor - giver.heldMinor));
    return false;
  }
  if (take.missedMinor > 0n) done.defects.push(defect(transfer, 'take_unsatisfied', take.missedMinor));
  if (take.overdrawnMinor > 0n) done.defects.push(defect(transfer, 'overdraft', take.overdrawnMinor));
  const arrival: Arrival = { books, transfer, giver, receiver, made: null };
  for (const piece of restored(arrival, take.pieces)) {
    const { from, until, before, fact, arrivedBy, slot, isFresh } = piece;
    placeLot(books.changes, receiver, { lot: { from, until, fact, arrivedBy: transfer.id, slot }, isFresh });
    const move = { transferId: transfer.id, from, until, fact, before, previousBy: arrivedBy };
    done.moves.push(move);
    if (books.returns.size > 0) books.returns.get(transfer.id)?.moves.push(move);
  }
  if (arrival.made !== null) done.facts.push(...arrival.made.values());
  return true;
}

interface Arrived extends Omit<Piece, 'fact'> {
  before: LotFact | null;
  fact: LotFact;
}

/** What goes back is again what it was before; all else becomes what the transfer makes of it. */
function restored(arrival: Arrival, pieces: readonly Piece[]): Arrived[] {
  const rule = ruleOf(arrival.books, arrival.transfer);
  const book = rule !== null && 'returnOf' in rule ? arrival.books.returns.get(rule.returnOf) : undefined;
  if (rule === null || !('returnOf' in rule) || book === undefined)
    return pieces.map((piece) => coloured(arrival, piece));
  const own = pieces.filter(({ arrivedBy }) => arrivedBy === rule.returnOf);
  const others = pieces.filter(({ arrivedBy }) => arrivedBy !== rule.returnOf);
  return [
    ...own.map((piece) => {
      const before = book.moves.find(({ from, until }) => from <= piece.from && piece.until <= until)?.before;
      return before === undefined || before === null ? coloured(arrival, piece) : giveBack(book, piece, before);
    }),
    ...others.flatMap((piece) => inStead(arrival, book, piece)),
  ];
}

function coloured(arrival: Arrival, piece: Piece): Arrived {
  const { from, until, fact, arrivedBy, slot, isFresh } = piece;
  return { from, until, before: fact, fact: factOnArrival(arrival, piece), arrivedBy, slot, isFresh };
}

function giveBack(book: ReturnBook, piece: Piece, fact: LotFact): Arrived {
  book.restoredMinor.set(fact.id, (book.restoredMinor.get(fact.id) ?? 0n) + sizeOf(piece));
  return { ...piece, before: piece.fact, fact };
}

/** The units themselves are gone: others take their place, and are what those were. */
function inStead(arrival: Arrival, book: ReturnBook, piece: Piece): Arrived[] {
  const arrived: Arrived[] = [];
  let { until } = piece;
  for (const { fact, movedMinor } of factsBefore(book)) {
    const leftMinor = movedMinor - (book.restoredMinor.get(fact.id) ?? 0n);
    if (leftMinor <= 0n || until === piece.from) continue;
    const from = until - piece.from < leftMinor ? piece.from : until - leftMinor;
    const part = from > piece.from ? { ...piece, slot: noSlot, isFresh: true } : piece;
    arrived.push(giveBack(book, { ...part, from, until }, fact));
    until = from;
  }
  return until === piece.from ? arrived : [...arrived, coloured(arrival, { ...piece, until })];
}

/** By serial, which is the order of the table too: it must not matter whether the moves are of this batch. */
function factsBefore(book: ReturnBook): Iterable<{ fact: LotFact; movedMinor: bigint }> {
  const facts = new Map<string, { fact: LotFact; movedMinor: bigint }>();
  for (const move of book.moves.toSorted((left, right) => compare(left.from, right.from))) {
    if (move.before === null) continue;
    const { id } = move.before;
    facts.set(id, { fact: move.before, movedMinor: (facts.get(id)?.movedMinor ?? 0n) + sizeOf(move) });
  }
  return facts.values();
}

function defect({ id: transferId }: BookedTransfer, code: LotDefect['code'], minor: bigint): LotDefect {
  return { transferId, code, detail: String(minor) };
}

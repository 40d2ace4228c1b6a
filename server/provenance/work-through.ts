import { setImmediate as immediate } from 'node:timers/promises';
import type { BookedTransfer } from '#server/ledger/feed.ts';
import { invariant } from '#server/platform/invariant.ts';
import { noSlot, placeLot, type AccountBook, type Books, type LotMove, type Piece, type ReturnBook } from './books.ts';
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

/** What a batch came to; the accounts of `Books` are changed in place. */
export interface WorkDone {
  /** In the order in which they were decided. */
  projected: BookedTransfer[];
  moves: LotMove[];
  facts: LotFact[];
  defects: LotDefect[];
}

/**
 * Decides every transfer that is ready: one whose entries are the next of both its accounts. Each account is taken in
 * the order of its versions, and nothing else decides anything, so it does not matter in which order, in which batches
 * or by whom the accounts are brought up to date.
 */
export async function workThrough(books: Books, transfers: readonly BookedTransfer[]): Promise<WorkDone> {
  const done: WorkDone = { projected: [], moves: [], facts: [], defects: [] };
  const waiting = linesOf(books, transfers);
  const stuck = new Set<string>();
  let steps = 0;
  for (let line = waiting.pop(); line !== undefined; line = waiting.pop()) {
    steps += 1;
    if (steps % stepsAtOnce === 0) await immediate();
    const next = line.steps.at(-1);
    if (next === undefined || stuck.has(next.transfer.id) || !isReady(next)) continue;
    if (!decide(books, next, done)) {
      stuck.add(next.transfer.id);
      continue;
    }
    const { transfer, giver, receiver } = next;
    done.projected.push(transfer);
    if (transfer.debitVersion !== null) waiting.push(moveOn(giver, transfer.debitVersion));
    if (transfer.creditVersion !== null) waiting.push(moveOn(receiver, transfer.creditVersion));
  }
  return done;
}

/** An account with its transfers, the latest version first, so that the next one is popped. */
interface Line {
  book: AccountBook;
  steps: Step[];
}

/** A transfer with both its accounts: looking them up by number, each time anew, would cost as much as all decisions. */
interface Step {
  transfer: BookedTransfer;
  giver: Line;
  receiver: Line;
}

function linesOf(books: Books, transfers: readonly BookedTransfer[]): Line[] {
  const lines = new Map<bigint, Line>();
  const lineOf = (accountId: bigint) => {
    const known = lines.get(accountId);
    if (known !== undefined) return known;
    const line: Line = { book: bookOf(books, accountId), steps: [] };
    lines.set(accountId, line);
    return line;
  };
  for (const transfer of transfers) {
    const { debitAccountId, debitVersion, creditAccountId, creditVersion } = transfer;
    const step = { transfer, giver: lineOf(debitAccountId), receiver: lineOf(creditAccountId) };
    if (debitVersion !== null) step.giver.steps.push(step);
    if (creditVersion !== null) step.receiver.steps.push(step);
  }
  const all = [...lines.values()];
  for (const line of all) line.steps.sort((left, right) => (versionIn(line, left) < versionIn(line, right) ? 1 : -1));
  return all;
}

function versionIn(line: Line, { transfer: { debitVersion, creditVersion }, giver }: Step): bigint {
  return (line === giver ? debitVersion : creditVersion) ?? 0n;
}

function moveOn(line: Line, version: bigint): Line {
  line.book.version = version;
  line.steps.pop();
  return line;
}

/** The accounts in whose history it stands, and where. */
export function sidesOf(transfer: BookedTransfer): { accountId: bigint; version: bigint }[] {
  const { debitAccountId, debitVersion, creditAccountId, creditVersion } = transfer;
  const sides: { accountId: bigint; version: bigint }[] = [];
  if (debitVersion !== null) sides.push({ accountId: debitAccountId, version: debitVersion });
  if (creditVersion !== null) sides.push({ accountId: creditAccountId, version: creditVersion });
  return sides;
}

function isReady({ transfer: { debitVersion, creditVersion }, giver, receiver }: Step): boolean {
  return (
    (debitVersion === null || giver.book.version === debitVersion - 1n) &&
    (creditVersion === null || receiver.book.version === creditVersion - 1n)
  );
}

/** False where the account lacks the units: then nothing of it, and nothing that follows from it, is decided. */
function decide(books: Books, { transfer, ...lines }: Step, done: WorkDone): boolean {
  if (transfer.movedMinor === 0n) return true;
  const [giver, receiver] = [lines.giver.book, lines.receiver.book];
  const take = takeUnits(books, giver, transfer);
  if (take === null) {
    done.defects.push(defect(transfer, 'units_missing', transfer.movedMinor - giver.heldMinor));
    return false;
  }
  if (take.missedMinor > 0n) done.defects.push(defect(transfer, 'take_unsatisfied', take.missedMinor));
  if (take.overdrawnMinor > 0n) done.defects.push(defect(transfer, 'overdraft', take.overdrawnMinor));
  const arrival: Arrival = { books, transfer, giver, receiver, made: new Map() };
  for (const piece of restored(arrival, take.pieces)) {
    const { from, until, before, fact, arrivedBy, slot, isFresh } = piece;
    placeLot(books.changes, receiver, { lot: { from, until, fact, arrivedBy: transfer.id, slot }, isFresh });
    const move = { transferId: transfer.id, from, until, fact, before, previousBy: arrivedBy };
    done.moves.push(move);
    books.returns.get(transfer.id)?.moves.push(move);
  }
  for (const fact of arrival.made.values()) done.facts.push(fact);
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

function bookOf(books: Books, accountId: bigint): AccountBook {
  const book = books.accounts.get(accountId);
  invariant(book !== undefined, 'every account of a batch is loaded');
  return book;
}

function defect({ id: transferId }: BookedTransfer, code: LotDefect['code'], minor: bigint): LotDefect {
  return { transferId, code, detail: String(minor) };
}

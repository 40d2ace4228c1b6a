import { knownAccounts, transfersInRanges, type BookedTransfer, type VersionRange } from '#server/ledger/feed.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { AccountKind } from '#server/ledger/kinds.ts';
import { BigintArray } from '#server/platform/binary-arrays.ts';
import { hasList, noChanges, type AccountBook, type Books } from './books.ts';
import { loadBooks, progressOf, type Progress, type Unwritten } from './load.ts';
import { noHolds } from './lots.ts';
import { saveWork } from './save.ts';
import { sidesOf, workThrough, type WorkDone } from './work-through.ts';

/** One projector at a time, from here to the end of its transaction. */
export async function lockProjection(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${projectionLock}::bigint)`;
}

/** Says that what was decided from the projection as it was, and is not written, has to be decided again. */
export async function invalidateDecided(tx: Tx): Promise<void> {
  await tx.$executeRaw`UPDATE lot_projection SET batch = batch + 1`;
}

export const projectionLock = 7_261_963_016n;

/** More than a busy minute books, and less than what a request should wait for. */
const closureMax = 40_000;
/** Versions of one account that are read at once. */
const stepMax = 8_000n;

/**
 * Brings these accounts, and whatever they depend on, up to what is booked at this moment, in the caller's transaction.
 * Returns the versions they reached: post with `condition: { debit: { version } }`, and what was decided from the lots
 * still holds when it is booked. No other projector works until the transaction ends, so call it late, and before
 * posting. Refuses `provenance_behind` (unavailable) where too much would have to be projected first: the worker is at
 * it, so try again.
 */
export async function projectAccounts(tx: Tx, accountIds: readonly bigint[]): Promise<Map<bigint, bigint>> {
  await lockProjection(tx);
  const accounts = await knownAccounts(tx, accountIds);
  const transfers = await closureOf(tx, new Map(accounts.map(({ id, version }) => [id, version])));
  await projectTransfers(tx, transfers);
  const progress = await progressOf(tx, accountIds);
  for (const { id, version } of accounts) {
    const reached = progress.get(id)?.version ?? 0n;
    if (reached < version) throw provenanceBehind();
  }
  return new Map(accountIds.map((id) => [id, progress.get(id)?.version ?? 0n]));
}

/**
 * Decides what of these transfers is ready, and writes it. The caller holds the projection's lock, and gives transfers of
 * ducats only.
 */
async function projectTransfers(tx: Tx, transfers: readonly BookedTransfer[]): Promise<void> {
  if (transfers.length === 0) return;
  const known = { kinds: new Map(), progress: new Map(), remembered: new Map(), unwritten: null };
  const decided = await decideTransfers(tx, transfers, known);
  await saveWork({ execute: (sql) => tx.$executeRaw(sql) }, decided);
}

/** Decides what of these transfers of ducats is ready; nothing is written. */
export async function decideTransfers(
  db: Db,
  transfers: readonly BookedTransfer[],
  known: KnownProgress,
): Promise<DecidedBatch> {
  const met = new Set<bigint>();
  for (const { debitAccountId, creditAccountId } of transfers) met.add(debitAccountId).add(creditAccountId);
  const ids = [...met];
  const unknown = ids.filter((id) => !known.kinds.has(id));
  if (unknown.length > 0) for (const { id, kind } of await knownAccounts(db, unknown)) known.kinds.set(id, kind);
  const accounts = ids.flatMap((id) => {
    const kind = known.kinds.get(id);
    return kind === undefined ? [] : [{ id, kind }];
  });
  const others = ids.filter((id) => !known.progress.has(id));
  const progress = others.length === 0 ? new Map<bigint, Progress>() : await progressOf(db, others);
  for (const id of ids) {
    const one = known.progress.get(id);
    if (one !== undefined) progress.set(id, one);
  }
  const { remembered, unwritten } = known;
  const books = await loadBooks(db, { accounts, progress, remembered, unwritten }, transfers);
  const done = await workThrough(books, transfers);
  return { books, done, reached: reachedBy(books, done) };
}

export function nothingDecided(): DecidedBatch {
  const books = { accounts: new Map(), changes: noChanges(), notes: new Map(), takes: new Map(), holds: noHolds };
  const done = { projected: [], moves: [], facts: [], defects: [] };
  return {
    books: { ...books, returns: new Map() },
    done,
    reached: { accounts: [], serials: new BigintArray(0).buffer },
  };
}

/** Noted at once: the next batch moves the accounts on before this one is written. */
function reachedBy({ accounts }: Books, { projected }: WorkDone): Reached {
  const moved = new Map<bigint, AccountBook>();
  let count = 0;
  const note = (id: bigint) => {
    if (moved.has(id)) return;
    const book = accounts.get(id);
    invariant(book !== undefined, 'every account of a batch is loaded');
    moved.set(id, book);
    if (hasList(book)) count += book.lots.length;
  };
  for (const { debitAccountId, creditAccountId } of projected) {
    note(debitAccountId);
    note(creditAccountId);
  }
  const serials = new BigintArray(count);
  const froms = new BigInt64Array(count);
  let end = 0;
  const reached = [...moved.values()].map((book) => {
    const after = end;
    if (hasList(book)) {
      for (const { from } of book.lots) froms[end++] = from;
      for (const from of froms.subarray(after, end).sort()) serials.add(from);
    }
    const { id, version, struck, isWhole } = book;
    return { id, version, struck, isWhole, after: BigInt(after), until: BigInt(end) };
  });
  return { accounts: reached, serials: serials.buffer };
}

/** What the caller knows already: kinds, to which new ones are added, and how far accounts are projected. */
export interface KnownProgress {
  kinds: Map<bigint, AccountKind>;
  /** As it is after what is being written, as far as it is known; other accounts are looked up. */
  progress: ReadonlyMap<bigint, Progress>;
  /** Books from earlier batches, taken where they are at that progress. They change in place. */
  remembered: ReadonlyMap<bigint, AccountBook>;
  unwritten: Unwritten | null;
}

export interface DecidedBatch {
  books: Books;
  done: WorkDone;
  reached: Reached;
}

/** How far its accounts are projected after it, and which lots they have then. */
export interface Reached {
  /** Of each the places of its lots among `serials`: all of them, or those that came. */
  accounts: readonly (Progress & { id: bigint; isWhole: boolean; after: bigint; until: bigint })[];
  /** A bigint[] of first serials. */
  serials: Buffer;
}

export interface ProjectedBatch {
  projected: readonly BookedTransfer[];
  /** The accounts of the batch as they are after it. */
  accounts: ReadonlyMap<bigint, AccountBook>;
}

/** Every transfer that must be projected so that these accounts reach these versions, and no other. */
async function closureOf(tx: Tx, wanted: ReadonlyMap<bigint, bigint>): Promise<BookedTransfer[]> {
  const needed = new Map(wanted);
  const reached = new Map<bigint, bigint>();
  const found = new Map<string, BookedTransfer>();
  for (;;) {
    const unknown = [...needed.keys()].filter((id) => !reached.has(id));
    const progress = await progressOf(tx, unknown);
    for (const id of unknown) reached.set(id, progress.get(id)?.version ?? 0n);
    const ranges = missingRanges(needed, reached);
    if (ranges.length === 0) return [...found.values()];
    for (const transfer of await transfersInRanges(tx, ranges)) {
      found.set(transfer.id, transfer);
      for (const { accountId, version } of sidesOf(transfer)) {
        if (version > (needed.get(accountId) ?? 0n)) needed.set(accountId, version);
      }
    }
    if (found.size > closureMax) throw provenanceBehind();
    for (const { accountId, until } of ranges) reached.set(accountId, until);
  }
}

/** What is read next of each account; `reached` moves on as it is read. */
function missingRanges(needed: ReadonlyMap<bigint, bigint>, reached: ReadonlyMap<bigint, bigint>): VersionRange[] {
  return [...needed].flatMap(([accountId, version]) => {
    const after = reached.get(accountId);
    invariant(after !== undefined, 'how far an account is read is known');
    if (after >= version) return [];
    return [{ accountId, after, until: version - after > stepMax ? after + stepMax : version }];
  });
}

/** The refusal of whoever needs to know all of an account's lots before they are worked out. */
export function provenanceBehind(): Error {
  return refuse(
    'unavailable',
    'provenance_behind',
    'The origins of these ducats are still being worked out. Please try again in a moment.',
  );
}

import { transfersAfter, transfersInRanges, type BookedTransfer, type VersionRange } from '#server/ledger/feed.ts';
import type { Database } from '#server/platform/db.ts';
import type { AccountBook } from './books.ts';
import type { Memory } from './memory.ts';
import { loadSaid, type IdRange, type Said } from './said.ts';
import { sidesOf } from './work-through.ts';

/** Transfers with what callers said of them. */
export interface Batch extends Said {
  transfers: readonly BookedTransfer[];
}

/**
 * What was read and is not projected yet. Rows of the books never change, so it does not matter when they are read, nor
 * whether they are read twice: what is projected already is passed over.
 */
export interface Pool {
  /** What could not be projected yet, because something is missing for it or went wrong. */
  waiting: Batch;
  /** What is missing for it. */
  missing: VersionRange[];
  /** What is read while the last batch is decided and written. */
  ahead: Promise<Reading> | null;
  /** What was read and not taken yet. */
  ready: Batch;
  /** There was no transfer above the last that was read by its id. */
  isAtEnd: boolean;
}

/** How many transfers are read at once: several times what is asked for, because it costs a look at what was said of them too. */
const readingsAhead = 4;
const readingMax = 16_384;

interface Reading extends Batch {
  /** Up to which id; null where there was nothing above. */
  readUntil: string | null;
}

export function emptyPool(): Pool {
  return { waiting: emptyBatch(), missing: [], ready: emptyBatch(), ahead: null, isAtEnd: false };
}

/** What waits, and the next so many transfers by their ids. */
export async function nextBatch(projector: Reader, count: number): Promise<Batch> {
  const { pool } = projector;
  while (pool.ready.transfers.length < count && (pool.ahead !== null || !pool.isAtEnd))
    await takeReading(projector, count);
  const { transfers } = pool.ready;
  const batch = joined(pool.waiting, part(pool.ready, transfers.slice(0, count)));
  pool.waiting = emptyBatch();
  pool.ready = part(pool.ready, transfers.slice(count));
  if (pool.ready.transfers.length < count) readAhead(projector, count);
  return batch;
}

/** What reads, and how far it came. */
interface Reader {
  database: Database;
  pool: Pool;
  memory: Memory;
}

async function takeReading(reader: Reader, count: number): Promise<void> {
  const { pool, memory } = reader;
  const reading = await (pool.ahead ?? read(reader, count));
  pool.ahead = null;
  pool.isAtEnd = reading.readUntil === null;
  memory.readUntil = reading.readUntil ?? memory.readUntil;
  pool.ready = joined(pool.ready, reading);
}

/** Begins to read what comes next, on a connection of its own while the present batch is decided and written. */
function readAhead(reader: Reader, count: number): void {
  const { pool } = reader;
  if (pool.isAtEnd || pool.ahead !== null) return;
  pool.ahead = read(reader, count);
  // Whoever awaits it is told; until then a failure must not end the process.
  void Promise.allSettled([pool.ahead]);
}

/** It comes again with the next batch. */
export function putBack(pool: Pool, batch: Batch): void {
  pool.waiting = joined(batch, pool.waiting);
}

/** Some of its transfers, with what was said of them. */
export function part({ notes, takes }: Batch, transfers: readonly BookedTransfer[]): Batch {
  const some = { ...emptyBatch(), transfers };
  if (notes.size + takes.size === 0) return some;
  for (const { id } of transfers) {
    const [note, take] = [notes.get(id), takes.get(id)];
    if (note !== undefined) some.notes.set(id, note);
    if (take !== undefined) some.takes.set(id, take);
  }
  return some;
}

/**
 * What waits for a transfer that nobody read is told of it: it was booked late under an early id, or comes soon. Of each
 * account that is the part of its history below the first entry that waits.
 */
export function askForMissing(pool: Pool, books: ReadonlyMap<bigint, AccountBook>): void {
  const [first, asked] = [firstWaiting(pool), new Map(pool.missing.map((range) => [range.accountId, range]))];
  for (const [accountId, version] of first) {
    const after = books.get(accountId)?.version;
    if (after !== undefined && version > after + 1n) asked.set(accountId, { accountId, after, until: version - 1n });
  }
  pool.missing = [...asked.values()];
}

/** At most so many entries are read by account at once: of each account in proportion to what it lacks. */
const entriesMax = 65_536n;

/**
 * What the accounts lack of the versions that they have reached, where it is neither projected nor waits: false where that
 * is nothing. The oldest of all is among it, so that at least one can be projected.
 */
export function askForLacking(
  pool: Pool,
  accounts: ReadonlyMap<bigint, bigint>,
  versionOf: (accountId: bigint) => bigint,
): boolean {
  const first = firstWaiting(pool);
  const lacking = [...accounts].flatMap(([accountId, version]) => {
    const after = versionOf(accountId);
    const isRead = first.get(accountId) === after + 1n;
    return version > after && !isRead ? [{ accountId, after, count: version - after }] : [];
  });
  const total = lacking.reduce((sum, { count }) => sum + count, 0n);
  pool.missing = lacking.map(({ accountId, after, count }) => {
    const slice = total <= entriesMax ? count : (count * entriesMax) / total + 1n;
    return { accountId, after, until: after + (slice < count ? slice : count) };
  });
  pool.isAtEnd = false;
  return lacking.length > 0;
}

/** The first version of each account that waits. */
function firstWaiting({ waiting }: Pool): Map<bigint, bigint> {
  const first = new Map<bigint, bigint>();
  for (const transfer of waiting.transfers) {
    for (const { accountId, version } of sidesOf(transfer)) {
      const known = first.get(accountId);
      if (known === undefined || version < known) first.set(accountId, version);
    }
  }
  return first;
}

async function read({ database, pool, memory }: Reader, count: number): Promise<Reading> {
  const { client } = database;
  const [missing, after] = [pool.missing, memory.readUntil];
  pool.missing = [];
  const found = await transfersInRanges(client, missing);
  const { transfers, last } = await transfersAfter(database, {
    after,
    limit: Math.min(readingMax, count * readingsAhead),
  });
  const range: IdRange | null = last === null ? null : { after, last };
  const ids = found.map(({ id }) => id);
  return { transfers: [...found, ...transfers], readUntil: last, ...(await loadSaid(client, ids, range)) };
}

function joined(left: Batch, right: Batch): Batch {
  if (left.transfers.length === 0) return right;
  if (right.transfers.length === 0) return left;
  return {
    transfers: [...left.transfers, ...right.transfers],
    notes: new Map([...left.notes, ...right.notes]),
    takes: new Map([...left.takes, ...right.takes]),
  };
}

function emptyBatch(): Batch {
  return { transfers: [], notes: new Map(), takes: new Map() };
}

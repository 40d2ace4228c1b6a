import { transfersAfter, transfersInRanges, type VersionRange } from '#server/ledger/feed.ts';
import type { Database } from '#server/platform/db.ts';
import type { AccountBook } from './books.ts';
import type { Memory } from './memory.ts';
import { emptyBatch, joined, loadSaid, part, type Batch, type IdRange } from './said.ts';
import { sidesOf } from './work-through.ts';

/**
 * What is read in one look and not taken yet. Rows of the books never change, so it does not matter when they are read, nor
 * whether they are read twice: what is projected already is passed over.
 */
export interface Pool {
  /** Up to which id transfers were read; null where that is as far as they were taken. */
  readUntil: string | null;
  /** By id. */
  ready: Batch;
  /** What is missing for those that wait. */
  missing: VersionRange[];
  /** What is read while the last batch is decided and written. */
  ahead: Promise<Reading> | null;
  /** There was no transfer above the last that was read by its id. */
  isAtEnd: boolean;
}

interface Reading {
  /** What was missing, by account. */
  found: Batch;
  /** What comes next, by id. */
  page: Batch;
  /** Up to which id; null where there was nothing above. */
  readUntil: string | null;
}

/** What reads, and how far it came. */
interface Reader {
  database: Database;
  pool: Pool;
  memory: Memory;
}

/** What is taken to be decided. */
export interface Taken {
  batch: Batch;
  /** Up to which id everything is taken that was read by its id. */
  takenUntil: string;
}

/** How many transfers are read at once: several times what is asked for, because it costs a look at what was said of them too. */
const readingsAhead = 4;
const readingMax = 16_384;

export function emptyPool(): Pool {
  return { readUntil: null, ready: emptyBatch(), missing: [], ahead: null, isAtEnd: false };
}

/** What waits, and the next so many transfers by their ids. */
export async function nextBatch(reader: Reader, count: number): Promise<Taken> {
  const { pool, memory } = reader;
  while (pool.ready.transfers.length < count && (pool.ahead !== null || !pool.isAtEnd))
    await takeReading(reader, count);
  const { transfers } = pool.ready;
  const [taken, left] = [transfers.slice(0, count), transfers.slice(count)];
  const batch = joined(memory.waiting, part(pool.ready, taken));
  memory.waiting = emptyBatch();
  pool.ready = part(pool.ready, left);
  if (left.length < count) readAhead(reader, count);
  const readUntil = pool.readUntil ?? memory.readUntil;
  return { batch, takenUntil: left.length === 0 ? readUntil : (taken.at(-1)?.id ?? memory.readUntil) };
}

/** Somebody else projected: reading begins again from as far as the tables say. */
export async function readAgain(pool: Pool): Promise<void> {
  await Promise.allSettled([pool.ahead]);
  Object.assign(pool, emptyPool());
}

async function takeReading(reader: Reader, count: number): Promise<void> {
  const { pool, memory } = reader;
  const { found, page, readUntil } = await (pool.ahead ?? read(reader, count));
  pool.ahead = null;
  pool.isAtEnd = readUntil === null;
  pool.readUntil = readUntil ?? pool.readUntil;
  pool.ready = joined(pool.ready, page);
  memory.waiting = joined(found, memory.waiting);
}

/** Begins to read what comes next, on a connection of its own while the present batch is decided and written. */
function readAhead(reader: Reader, count: number): void {
  const { pool } = reader;
  if (pool.isAtEnd || pool.ahead !== null) return;
  pool.ahead = read(reader, count);
  // Whoever awaits it is told; until then a failure must not end the process.
  void Promise.allSettled([pool.ahead]);
}

async function read({ database, pool, memory }: Reader, count: number): Promise<Reading> {
  const { client } = database;
  const [missing, after] = [pool.missing, pool.readUntil ?? memory.readUntil];
  pool.missing = [];
  const found = await transfersInRanges(client, missing);
  const limit = Math.min(readingMax, count * readingsAhead);
  const { transfers, last } = await transfersAfter(database, { after, limit });
  const range: IdRange | null = last === null ? null : { after, last };
  const ids = found.map(({ id }) => id);
  const said = { transfers, ...(await loadSaid(client, ids, range)) };
  return { found: part(said, found), page: part(said, transfers), readUntil: last };
}

interface Lacking {
  accountId: bigint;
  after: bigint;
  /** How many versions after that. */
  count: bigint;
}

/**
 * What waits for a transfer that nobody read is told of it: it was booked late under an early id, or comes soon. Of each
 * account that is the part of its history below the first entry that waits.
 */
export function askForMissing({ pool, memory }: Reader, books: ReadonlyMap<bigint, AccountBook>): void {
  const lacking = [...firstWaiting(memory)].flatMap(([accountId, version]) => {
    const after = books.get(accountId)?.version;
    return after !== undefined && version > after + 1n ? [{ accountId, after, count: version - after - 1n }] : [];
  });
  pool.missing = inSlices(lacking);
}

/**
 * What the accounts lack of the versions that they have reached, where it is neither projected nor waits: false where that
 * is nothing. The oldest of all is among it, so that at least one can be projected.
 */
export function askForLacking(
  { pool, memory }: Reader,
  accounts: ReadonlyMap<bigint, bigint>,
  versionOf: (accountId: bigint) => bigint,
): boolean {
  const first = firstWaiting(memory);
  const lacking = [...accounts].flatMap(([accountId, version]) => {
    const after = versionOf(accountId);
    const isRead = first.get(accountId) === after + 1n;
    return version > after && !isRead ? [{ accountId, after, count: version - after }] : [];
  });
  pool.missing = inSlices(lacking);
  pool.isAtEnd = false;
  return lacking.length > 0;
}

/** At most so many entries are read by account at once, and one of each account: in proportion to what it lacks. */
const entriesMax = 32_768n;

function inSlices(lacking: readonly Lacking[]): VersionRange[] {
  const total = lacking.reduce((sum, { count }) => sum + count, 0n);
  return lacking.map(({ accountId, after, count }) => {
    const slice = total <= entriesMax ? count : (count * entriesMax) / total + 1n;
    return { accountId, after, until: after + (slice < count ? slice : count) };
  });
}

/** The first version of each account that waits. */
function firstWaiting({ waiting }: Memory): Map<bigint, bigint> {
  const first = new Map<bigint, bigint>();
  for (const transfer of waiting.transfers) {
    for (const { accountId, version } of sidesOf(transfer)) {
      const known = first.get(accountId);
      if (known === undefined || version < known) first.set(accountId, version);
    }
  }
  return first;
}

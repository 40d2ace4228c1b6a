import { transfersAfter, transfersInRanges, type VersionRange } from '#server/ledger/feed.ts';
import type { Database } from '#server/platform/db.ts';
import type { AccountBook } from './books.ts';
import { compare } from './lots.ts';
import type { Memory } from './memory.ts';
import { divided, emptyBatch, joined, loadSaid, type Batch, type IdRange } from './said.ts';
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
  /** What comes next, by id; null where enough of it was there. */
  page: Batch | null;
  /** Up to which id; null where there was nothing above. */
  readUntil: string | null;
}

/** What reads, and how far it came. */
interface Reader {
  database: Database;
  pool: Pool;
  memory: Memory;
}

/** How many transfers are read at once: several times what is asked for, because it costs a look at what was said of them too. */
const readingsAhead = 4;
const readingMax = 16_384;

export function emptyPool(): Pool {
  return { readUntil: null, ready: emptyBatch(), missing: [], ahead: null, isAtEnd: false };
}

/** What waits, and the next so many transfers by their ids. What waits is all of it: any of it may be what others wait for. */
export async function nextBatch(reader: Reader, count: number): Promise<Batch> {
  const { pool, memory } = reader;
  while (isMoreNeeded(pool, count)) await takeReading(reader, count);
  const [taken, ready] = divided(pool.ready, count);
  const batch = joined(memory.waiting, taken);
  memory.waiting = emptyBatch();
  pool.ready = ready;
  const isAllTaken = ready.transfers.length === 0;
  memory.readUntil = (isAllTaken ? pool.readUntil : taken.transfers.at(-1)?.id) ?? memory.readUntil;
  if (ready.transfers.length < count) readAhead(reader, count);
  return batch;
}

/** What is missing is waited for: without it those that wait for it would be decided in vain, and others after them. */
function isMoreNeeded({ ready, ahead, isAtEnd, missing }: Pool, count: number): boolean {
  return missing.length > 0 || (ready.transfers.length < count && (ahead !== null || !isAtEnd));
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
  memory.waiting = joined(found, memory.waiting);
  if (page === null) return;
  pool.isAtEnd = readUntil === null;
  pool.readUntil = readUntil ?? pool.readUntil;
  pool.ready = joined(pool.ready, page);
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
  const transfers = (await transfersInRanges(client, missing)).sort((left, right) =>
    compare(left.bookedAt, right.bookedAt),
  );
  const found = {
    transfers,
    ...(await loadSaid(
      client,
      transfers.map(({ id }) => id),
    )),
  };
  if (pool.ready.transfers.length >= count) return { found, page: null, readUntil: null };
  const next = await transfersAfter(database, { after, limit: Math.min(readingMax, count * readingsAhead) });
  const range: IdRange | null = next.last === null ? null : { after, last: next.last };
  return { found, page: { transfers: next.transfers, ...(await loadSaid(client, [], range)) }, readUntil: next.last };
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
  pool.missing = inSlices(lacking, memory);
}

/**
 * What the accounts lack of the versions that they have reached, where it is neither projected nor waits: false where that
 * is nothing. Where not all of it is read at once, the next look asks for the rest.
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
  pool.missing = inSlices(lacking, memory);
  pool.isAtEnd = false;
  return lacking.length > 0;
}

/** Each transfer of a batch has two entries. So many are read by account at once: of each account in proportion to what it lacks. */
function inSlices(all: readonly Lacking[], { batchSize }: Memory): VersionRange[] {
  const lacking = all.slice(0, batchSize);
  const entries = 2n * BigInt(batchSize);
  const total = lacking.reduce((sum, { count }) => sum + count, 0n);
  return lacking.map(({ accountId, after, count }) => {
    const slice = total <= entries ? count : (count * entries) / total + 1n;
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

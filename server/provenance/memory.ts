import type { AccountKind } from '#server/ledger/kinds.ts';
import type { Db } from '#server/platform/db.ts';
import type { AccountBook } from './books.ts';
import { progressOf } from './load.ts';
import type { ProjectedBatch } from './project.ts';

/**
 * What a projector keeps from one batch to the next, so that lots are read once and not for every transfer. An account's
 * lots follow from its version alone: what is remembered is right for as long as the table's progress says that version.
 */
export interface Memory {
  /** Whole accounts, and the oldest part of those of the house; those that were not needed for longest first. */
  books: Map<bigint, AccountBook>;
  kinds: Map<bigint, AccountKind>;
  lotCount: number;
  /** The batch after which all of this is so, which may still be being written; null where it has to be looked at. */
  batch: bigint | null;
  /** How many transfers are taken at once: as many as the machine does in a few seconds. */
  batchSize: number;
}

/**
 * The more at once, the more often a lot that moved several times is written once. But a batch is one transaction, and
 * must end well before its time is up, also on a machine that has much else to do.
 */
const batchSizes = { least: 512, first: 8_190, most: 16_380 } as const;
const quickMs = 2_000;
const slowMs = 6_000;

/** Some two hundred megabytes at most. */
const lotsMax = 600_000;
const accountsMax = 300_000;

export function emptyMemory(): Memory {
  return { books: new Map(), kinds: new Map(), lotCount: 0, batch: null, batchSize: batchSizes.first };
}

/** After anything went wrong: what was decided in memory may not have been kept. The next batch is half as large. */
export function forget(memory: Memory): void {
  memory.books.clear();
  memory.kinds.clear();
  memory.lotCount = 0;
  memory.batch = null;
  memory.batchSize = Math.max(batchSizes.least, memory.batchSize >> 1);
}

/** After a batch of a size that took so long. One that was not full says nothing about larger ones. */
export function adapt(memory: Memory, { count, milliseconds }: { count: number; milliseconds: number }): void {
  if (milliseconds > slowMs) memory.batchSize = Math.max(batchSizes.least, memory.batchSize >> 1);
  else if (milliseconds < quickMs && count >= memory.batchSize)
    memory.batchSize = Math.min(batchSizes.most, memory.batchSize << 1);
}

/** Once a batch is decided: the next is decided upon it while it is written. */
export function learn(memory: Memory, { projected, accounts }: ProjectedBatch): void {
  const { books } = memory;
  if (projected.length > 0 && memory.batch !== null) memory.batch += 1n;
  for (const [id, book] of accounts) {
    books.delete(id);
    if (book.isWhole || book.edge !== null) books.set(id, book);
  }
  memory.lotCount = 0;
  for (const { lots } of books.values()) memory.lotCount += lots.length;
  for (const [id, { lots }] of books) {
    if (memory.lotCount <= lotsMax && books.size <= accountsMax) break;
    books.delete(id);
    memory.lotCount -= lots.length;
  }
  if (memory.kinds.size > accountsMax) memory.kinds.clear();
}

/**
 * Where somebody else projected meanwhile, or what was decided is not kept: forgets the accounts that are further, or less
 * far, in the tables.
 */
export async function refresh(db: Db, memory: Memory, batch: bigint): Promise<void> {
  if (memory.batch !== batch && memory.books.size > 0) {
    const progress = await progressOf(db, [...memory.books.keys()]);
    for (const [id, { version }] of memory.books) {
      if (progress.get(id)?.version !== version) memory.books.delete(id);
    }
  }
  memory.batch = batch;
}

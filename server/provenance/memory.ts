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
  /** Whole accounts, those that were not needed for longest first. */
  books: Map<bigint, AccountBook>;
  kinds: Map<bigint, AccountKind>;
  lotCount: number;
  /** The batch after which all of this was so; null where it has to be looked at. */
  batch: bigint | null;
}

/** Some two hundred megabytes at most. */
const lotsMax = 600_000;
const accountsMax = 300_000;

export function emptyMemory(): Memory {
  return { books: new Map(), kinds: new Map(), lotCount: 0, batch: null };
}

/** After anything went wrong: what was decided in memory may not have been kept. */
export function forget(memory: Memory): void {
  memory.books.clear();
  memory.kinds.clear();
  memory.lotCount = 0;
  memory.batch = null;
}

/** Once a batch is kept. */
export function learn(memory: Memory, { projected, accounts }: ProjectedBatch): void {
  const { books } = memory;
  if (projected.length > 0 && memory.batch !== null) memory.batch += 1n;
  for (const [id, book] of accounts) {
    books.delete(id);
    if (book.isWhole) books.set(id, book);
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

/** Where somebody else projected meanwhile: forgets the accounts that they brought further. */
export async function refresh(db: Db, memory: Memory, batch: bigint): Promise<void> {
  if (memory.batch !== batch && memory.books.size > 0) {
    const progress = await progressOf(db, [...memory.books.keys()]);
    for (const [id, { version }] of memory.books) {
      if (progress.get(id)?.version !== version) memory.books.delete(id);
    }
  }
  memory.batch = batch;
}

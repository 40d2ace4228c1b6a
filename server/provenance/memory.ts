import { Slate } from '#server/platform/binary-arrays.ts';
import type { Db } from '#server/platform/db.ts';
import type { AccountBook } from './books.ts';
import { isAnythingHeld, progressOf } from './load.ts';
import { emptyBatch, type Batch } from './said.ts';
import { nil } from './wire.ts';

/**
 * What a projector keeps from one batch to the next, so that lots are read once and not for every transfer. An account's
 * lots follow from its version alone: what is remembered of batches that were kept is right for as long as the table's progress
 * says that version.
 */
export interface Memory {
  /** Accounts as they are after the last batch that was decided: with all their lots, with some, or with none. */
  books: Map<bigint, AccountBook>;
  /** Of the last batch that was decided. */
  number: number;
  /** On which batches are written down in turn: one while the one before is sent. */
  slates: readonly Slate[];
  /** The batch of the tables after which all of this is so, which may still be being written; null where it has to be looked at. */
  batch: bigint | null;
  /** As of that batch: a hold makes another one of it. */
  isAnythingHeld: boolean;
  /** Up to which id transfers were taken to be decided. */
  readUntil: string;
  /** The same, of the last batch that was kept. */
  keptUntil: string;
  /** What was taken and could not be projected yet, because something is missing for it or went wrong. */
  waiting: Batch;
  /** How many transfers are taken at once at most: as many as the machine does in a few seconds. */
  batchSize: number;
  /** How much longer a transfer is written than decided. */
  writingShare: number;
}

/**
 * The more at once, the more often a lot that moved several times is written once. But a batch is one transaction, and
 * must end well before its time is up, also on a machine that has much else to do.
 */
const batchSizes = { least: 512, first: 8_192, most: 16_384 } as const;
const quickMs = 2_000;
const slowMs = 6_000;

/** Some three hundred megabytes at most. */
const lotsMax = 1_500_000;
const accountsMax = 300_000;

export function emptyMemory(): Memory {
  const nothing = { books: new Map(), number: 0, batch: null, isAnythingHeld: true, waiting: emptyBatch() };
  const [readUntil, slates] = [nil, [new Slate(), new Slate()]];
  return { ...nothing, readUntil, keptUntil: readUntil, slates, batchSize: batchSizes.first, writingShare: 1 };
}

/**
 * After a batch that was not kept: some of what is remembered was decided, or read while somebody else wrote, and its version
 * may be right all the same.
 */
export function mistrust(memory: Memory): void {
  memory.books.clear();
  memory.batch = null;
}

/** After anything went wrong: what was decided in memory may not have been kept. The next batch is half as large. */
export function forget(memory: Memory): void {
  mistrust(memory);
  memory.waiting = emptyBatch();
  memory.readUntil = memory.keptUntil;
  memory.batchSize = Math.max(batchSizes.least, memory.batchSize >> 1);
}

/** Of one batch: how many transfers it was of, and how long that took. */
export interface BatchTime {
  count: number;
  milliseconds: number;
}

/** After a batch was written. One that was not full says nothing about larger ones. */
export function adapt(memory: Memory, { count, milliseconds }: BatchTime): void {
  if (milliseconds > slowMs) memory.batchSize = Math.max(batchSizes.least, memory.batchSize >> 1);
  else if (milliseconds < quickMs && count >= memory.batchSize)
    memory.batchSize = Math.min(batchSizes.most, memory.batchSize << 1);
}

/**
 * How many transfers to decide while so many others are written: as many as take equally long, so that neither waits for
 * the other. Few at first, so that there is soon something to write.
 */
export function countBeside({ batchSize, writingShare }: Memory, written: number): number {
  return Math.min(batchSize, Math.max(batchSizes.least, Math.trunc(written * writingShare)));
}

/** After a batch was decided while another was written. */
export function weigh(memory: Memory, decided: BatchTime, written: BatchTime): void {
  const [deciding, writing] = [decided.milliseconds / decided.count, written.milliseconds / written.count];
  if (decided.count >= batchSizes.least && written.count >= batchSizes.least) memory.writingShare = writing / deciding;
}

/** Once a batch is decided: the next is decided upon it while it is written. */
export function learn(memory: Memory, batch: bigint): void {
  memory.batch = batch;
  let lots = 0;
  for (const book of memory.books.values()) lots += book.lots.length;
  if (lots <= lotsMax && memory.books.size <= accountsMax) return;
  for (const [id, book] of memory.books) {
    // What this batch and the one before it moved is not yet in the tables.
    if (book.batch >= memory.number - 1) continue;
    if (lots <= lotsMax >> 1 && memory.books.size <= accountsMax >> 1) break;
    memory.books.delete(id);
    lots -= book.lots.length;
  }
}

/**
 * Where somebody else projected meanwhile: forgets the accounts that are further, or less far, in the tables. All that is
 * remembered is of batches that were kept. What was taken since is waiting, unless the tables say less than they were told:
 * then a server died, or everything is projected anew.
 */
export async function refresh(db: Db, memory: Memory): Promise<bigint> {
  const { batch, readUntil } = await db.lotProjection.findFirstOrThrow({ select: { batch: true, readUntil: true } });
  if (memory.batch === batch) return batch;
  if (memory.books.size > 0) {
    const progress = await progressOf(db, [...memory.books.keys()]);
    for (const [id, { version }] of memory.books) {
      if ((progress.get(id)?.version ?? 0n) !== version) memory.books.delete(id);
    }
  }
  if (readUntil < memory.keptUntil || readUntil > memory.readUntil) memory.readUntil = readUntil;
  memory.keptUntil = readUntil;
  memory.isAnythingHeld = await isAnythingHeld(db);
  memory.batch = batch;
  return batch;
}

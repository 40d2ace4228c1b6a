import { transfersInRanges, type BookedTransfer, type VersionRange } from '#server/ledger/feed.ts';
import type { Db } from '#server/platform/db.ts';
import { progressOf, type Progress } from './load.ts';
import { compare } from './lots.ts';
import type { ProjectedBatch } from './project.ts';
import { sidesOf } from './work-through.ts';

/** What was read and is not projected yet: rows of the books never change, so it is good for the next batch too. */
export interface Pool {
  /** The version that each account had when the accounts were looked at. */
  wanted: ReadonlyMap<bigint, bigint>;
  /** How far they are projected, or decided, as of `batch`. */
  progress: Map<bigint, Progress>;
  /** Null before the first look. */
  batch: bigint | null;
  read: Map<bigint, { version: bigint; time: bigint }>;
  /** Nothing that they depend on is missing, in the order of time. */
  ready: BookedTransfer[];
  /** Something that they depend on may not be read yet, or could not be projected. */
  later: BookedTransfer[];
  isWholeRead: boolean;
  /** What is read while the last batch is decided and written. */
  ahead: Promise<Slices> | null;
  /** Takes everything that is read, however much may be missing for it. */
  isImpatient: boolean;
  /** Transfers that are decided and written in one transaction. */
  batchSize: number;
}

interface Slices {
  transfers: BookedTransfer[];
  /** Up to which version each account was read. */
  ends: ReadonlyMap<bigint, bigint>;
}

export function emptyPool(wanted: ReadonlyMap<bigint, bigint>, batchSize: number): Pool {
  return {
    wanted,
    progress: new Map(),
    batch: null,
    read: new Map(),
    ready: [],
    later: [],
    isWholeRead: false,
    ahead: null,
    isImpatient: false,
    batchSize,
  };
}

/** Looks at the accounts again, where all that was seen before is read. False where there is nothing new. */
export async function lookAgain(db: Db, pool: Pool, wanted: ReadonlyMap<bigint, bigint>): Promise<boolean> {
  const unknown = [...wanted.keys()].filter((id) => !pool.progress.has(id));
  if (unknown.length > 0) for (const [id, progress] of await progressOf(db, unknown)) pool.progress.set(id, progress);
  pool.wanted = wanted;
  pool.isWholeRead = ![...wanted].some(([id, version]) => version > unreadAfter(pool, id));
  return !pool.isWholeRead;
}

/**
 * The next transfers, in time: of each account a slice in proportion to what it lacks, and of these what is not later
 * than the end of any slice. So nothing that they depend on is missing, and at least one is always ready. What was booked
 * in one call has one time and is not divided. `batch` is how many batches are projected, by anybody.
 */
export async function nextBatch(db: Db, pool: Pool, batch: bigint): Promise<BookedTransfer[]> {
  if (batch !== pool.batch) {
    pool.progress = await progressOf(db, [...pool.wanted.keys()]);
    pool.ready = pool.ready.filter((transfer) => !isProjected(pool, transfer));
    pool.later = pool.later.filter((transfer) => !isProjected(pool, transfer));
  }
  pool.batch = batch;
  if (pool.ready.length === 0) refill(pool, await (pool.ahead ?? readSlices(db, pool)));
  let end = Math.min(pool.batchSize, pool.ready.length);
  while (end < pool.ready.length && pool.ready[end]?.bookedAt === pool.ready[end - 1]?.bookedAt) end += 1;
  return pool.ready.splice(0, end);
}

/** Once the batch is decided: what of it could not be projected waits for what is read next. */
export function remember(
  pool: Pool,
  batch: readonly BookedTransfer[],
  { projected, accounts }: ProjectedBatch,
): number {
  for (const [id, { version, struck }] of accounts) pool.progress.set(id, { version, struck });
  if (projected.length < batch.length) {
    const done = new Set(projected.map(({ id }) => id));
    pool.later.push(...batch.filter(({ id }) => !done.has(id)));
  }
  if (projected.length > 0 && pool.batch !== null) pool.batch += 1n;
  return projected.length;
}

/** What was decided is not kept: it comes again, as far as nobody else projected it. */
export function putBack(pool: Pool, batch: readonly BookedTransfer[]): void {
  const back = new Map([...batch, ...pool.ready].map((transfer) => [transfer.id, transfer]));
  pool.ready = [...back.values()].sort((left, right) => compare(left.bookedAt, right.bookedAt));
  pool.later = pool.later.filter(({ id }) => !back.has(id));
  pool.batch = null;
}

/**
 * Begins to read what comes after the present batch, on a connection of its own while that batch is decided and written.
 * Rows of the books never change, so it does not matter when they are read.
 */
export function readAhead(db: Db, pool: Pool): void {
  if (pool.ready.length > 0 || pool.isWholeRead || pool.ahead !== null) return;
  pool.ahead = readSlices(db, pool);
  // Whoever awaits it is told; until then a failure must not end the process.
  void Promise.allSettled([pool.ahead]);
}

function refill(pool: Pool, { transfers, ends }: Slices): void {
  pool.ahead = null;
  const known = new Set(pool.later.map(({ id }) => id));
  for (const transfer of transfers) {
    for (const { accountId, version } of sidesOf(transfer)) {
      if (ends.get(accountId) === version) pool.read.set(accountId, { version, time: transfer.bookedAt });
    }
    if ((known.size === 0 || !known.has(transfer.id)) && !isProjected(pool, transfer)) pool.later.push(transfer);
  }
  let horizon: bigint | null = null;
  for (const [id, { time }] of pool.read) {
    const isAtEnd = unreadAfter(pool, id) >= (pool.wanted.get(id) ?? 0n);
    if (!isAtEnd && (horizon === null || time < horizon)) horizon = time;
  }
  pool.isWholeRead = horizon === null;
  const latest = pool.isImpatient ? null : horizon;
  const isReady = ({ bookedAt }: BookedTransfer) => latest === null || bookedAt <= latest;
  pool.ready = pool.later.filter(isReady).sort((left, right) => compare(left.bookedAt, right.bookedAt));
  pool.later = pool.later.filter((transfer) => !isReady(transfer));
}

/**
 * How many entries are read for one transfer of a batch: its two, and those of three more batches, because each reading
 * looks at every account.
 */
const entriesAhead = 2n * 4n;

async function readSlices(db: Db, pool: Pool): Promise<Slices> {
  const lacking = [...pool.wanted].flatMap(([accountId, version]) => {
    const after = unreadAfter(pool, accountId);
    return version > after ? [{ accountId, after, count: version - after }] : [];
  });
  const total = lacking.reduce((sum, { count }) => sum + count, 0n);
  if (total === 0n) return { transfers: [], ends: new Map() };
  const share = BigInt(pool.batchSize) * entriesAhead;
  const ranges = lacking.map(({ accountId, after, count }): VersionRange => {
    const slice = (count * share) / total + 1n;
    return { accountId, after, until: after + (slice < count ? slice : count) };
  });
  const ends = new Map(ranges.map(({ accountId, until }) => [accountId, until]));
  return { transfers: await transfersInRanges(db, ranges), ends };
}

function unreadAfter({ progress, read }: Pool, accountId: bigint): bigint {
  const reached = progress.get(accountId)?.version ?? 0n;
  const seen = read.get(accountId)?.version ?? 0n;
  return seen > reached ? seen : reached;
}

function isProjected({ progress }: Pool, transfer: BookedTransfer): boolean {
  const { debitAccountId, debitVersion, creditAccountId, creditVersion } = transfer;
  return (
    (debitVersion === null || debitVersion <= (progress.get(debitAccountId)?.version ?? 0n)) &&
    (creditVersion === null || creditVersion <= (progress.get(creditAccountId)?.version ?? 0n))
  );
}

import { setTimeout as pause } from 'node:timers/promises';
import { accountsBookedSince, transfersInRanges, type BookedTransfer, type VersionRange } from '#server/ledger/feed.ts';
import type { AccountKind } from '#server/ledger/kinds.ts';
import type { Database, Tx } from '#server/platform/db.ts';
import { log } from '#server/platform/log.ts';
import { microsOf } from './wire.ts';
import { progressOf, type Progress } from './load.ts';
import { lockProjection, projectTransfers, tryLockProjection, type ProjectedBatch } from './project.ts';
import { sidesOf } from './work-through.ts';

/** Transfers that are decided and written in one transaction, as many as the ledger books in its largest call. */
const batchMax = 8_190;
/** How long a posting can take from its time to its commit, generously. */
const slackMicros = 120_000_000n;

export interface ProjectionReport {
  projected: number;
  /** Nothing was left that could be projected. */
  isDone: boolean;
}

/**
 * Projects what was booked since the last time, in one short transaction after the other. Where somebody else projects,
 * it leaves it to them. `isFull` also finds what an earlier look could not see, such as a posting that took minutes to
 * commit or a clock that went back.
 */
export async function projectNews(
  database: Database,
  { isFull = false, batchesMax = 1_000 }: { isFull?: boolean; batchesMax?: number } = {},
): Promise<ProjectionReport> {
  const since = isFull ? 0n : await startOf(database);
  const pool = emptyPool(await accountsBookedSince(database.client, { asset: 'DUCAT', since }));
  let projected = 0;
  for (let batch = 0; batch < batchesMax; batch += 1) {
    const done = await database.inTransaction(async (tx) => {
      if (!(await tryLockProjection(tx))) return null;
      const next = await nextBatch(tx, pool);
      return projectTransfers(tx, next, pool);
    });
    const count = done === null ? null : remember(pool, done);
    if (count === null) return { projected, isDone: false };
    if (count === 0 && pool.isWholeRead) return { projected, isDone: true };
    // What is missing for those in front must not keep the others: they are all read then.
    pool.isImpatient = count === 0;
    projected += count;
  }
  return { projected, isDone: false };
}

/** Forgets the whole projection and makes it again from the ledger and what callers noted. */
export async function rebuildProjection(database: Database): Promise<ProjectionReport> {
  await database.inTransaction(async (tx) => {
    await lockProjection(tx);
    await tx.lot.deleteMany();
    await tx.lotFact.deleteMany();
    await tx.lotMove.deleteMany();
    await tx.lotRestored.deleteMany();
    await tx.lotDefect.deleteMany();
    await tx.lotProgress.deleteMany();
    await tx.lotProjection.updateMany({ data: { lastTime: new Date(0) } });
  });
  return projectNews(database, { isFull: true, batchesMax: 1_000_000 });
}

async function startOf(database: Database): Promise<bigint> {
  const row = await database.client.lotProjection.findFirstOrThrow({ select: { lastTime: true } });
  const since = microsOf(row.lastTime) - slackMicros;
  return since > 0n ? since : 0n;
}

/** What was read and is not projected yet: rows of the books never change, so it is good for the next batch too. */
interface Pool {
  /** The version that each account had when the accounts were looked at. */
  wanted: ReadonlyMap<bigint, bigint>;
  /** How far they are projected, as of `batch`. */
  progress: Map<bigint, Progress>;
  /** Null before the first look, and where it is not known. */
  batch: bigint | null;
  kinds: Map<bigint, AccountKind>;
  read: Map<bigint, { version: bigint; time: bigint }>;
  transfers: Map<string, BookedTransfer>;
  isWholeRead: boolean;
  /** Takes everything that is read, however much may be missing for it. */
  isImpatient: boolean;
}

function emptyPool(wanted: ReadonlyMap<bigint, bigint>): Pool {
  return {
    wanted,
    progress: new Map(),
    batch: null,
    kinds: new Map(),
    read: new Map(),
    transfers: new Map(),
    isWholeRead: false,
    isImpatient: false,
  };
}

/**
 * The next transfers, in time: of each account a slice in proportion to what it lacks, and of these what is not later
 * than the end of any slice. So nothing that they depend on is missing, and at least one is always ready.
 */
async function nextBatch(tx: Tx, pool: Pool): Promise<BookedTransfer[]> {
  const { batch } = await tx.lotProjection.findFirstOrThrow({ select: { batch: true } });
  if (batch !== pool.batch) {
    pool.progress = await progressOf(tx, [...pool.wanted.keys()]);
    for (const [id, transfer] of pool.transfers) if (isProjected(pool, transfer)) pool.transfers.delete(id);
  }
  pool.batch = batch;
  await readSlices(tx, pool);
  let horizon: bigint | null = null;
  for (const [id, { version, time }] of pool.read) {
    const isAtEnd = version >= (pool.wanted.get(id) ?? 0n);
    if (!isAtEnd && (horizon === null || time < horizon)) horizon = time;
  }
  pool.isWholeRead = horizon === null;
  const latest = pool.isImpatient ? null : horizon;
  return [...pool.transfers.values()].filter(({ bookedAt }) => latest === null || bookedAt <= latest);
}

async function readSlices(tx: Tx, pool: Pool): Promise<void> {
  const room = batchMax - pool.transfers.size;
  const lacking = [...pool.wanted].flatMap(([accountId, version]) => {
    const reached = pool.progress.get(accountId)?.version ?? 0n;
    const read = pool.read.get(accountId)?.version ?? 0n;
    const after = read > reached ? read : reached;
    return version > after ? [{ accountId, after, count: version - after }] : [];
  });
  const total = lacking.reduce((sum, { count }) => sum + count, 0n);
  if (total === 0n) return;
  const share = BigInt(Math.max(room, batchMax >> 2)) * 2n;
  const ranges = lacking.map(({ accountId, after, count }): VersionRange => {
    const slice = (count * share) / total + 1n;
    return { accountId, after, until: after + (slice < count ? slice : count) };
  });
  const ends = new Map(ranges.map(({ accountId, until }) => [accountId, until]));
  for (const transfer of await transfersInRanges(tx, ranges)) {
    pool.transfers.set(transfer.id, transfer);
    for (const { accountId, version } of sidesOf(transfer)) {
      if (ends.get(accountId) === version) pool.read.set(accountId, { version, time: transfer.bookedAt });
    }
  }
}

function isProjected({ progress }: Pool, transfer: BookedTransfer): boolean {
  return sidesOf(transfer).every(({ accountId, version }) => version <= (progress.get(accountId)?.version ?? 0n));
}

/** Once the batch is kept. */
function remember(pool: Pool, { projected, progress }: ProjectedBatch): number {
  for (const { id } of projected) pool.transfers.delete(id);
  for (const [id, { version, struck }] of progress) pool.progress.set(id, { version, struck });
  if (projected.length > 0 && pool.batch !== null) pool.batch += 1n;
  return projected.length;
}

const pauseMsMin = 500;
const pauseMsMax = 10_000;
/** A look at all accounts takes longer as they become more; it shall not take most of the time. */
const pausePerLook = 10;
const fullEveryMs = 300_000;

/**
 * Projects what is booked until told to stop, with pauses that grow with the books, and while PostgreSQL is away. Every
 * five minutes it looks at everything.
 */
export async function watchProjection(database: Database, signal: AbortSignal): Promise<void> {
  let fullAt = 0;
  let pauseMs = pauseMsMin;
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      const isFull = startedAt >= fullAt;
      const { projected, isDone } = await projectNews(database, { isFull, batchesMax: batchesPerLook });
      if (isFull && isDone) fullAt = startedAt + fullEveryMs;
      const lookMs = (performance.now() - startedAt) * pausePerLook;
      pauseMs = projected > 0 ? pauseMsMin : Math.min(pauseMsMax, Math.max(pauseMsMin, lookMs));
    } catch (error) {
      pauseMs = Math.min(pauseMs * 2, pauseMsMax);
      log().warn({ err: error, pauseMs }, 'the origins of ducats cannot be projected right now');
    }
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Between two looks whether to stop. */
const batchesPerLook = 20;

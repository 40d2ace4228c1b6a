import { setTimeout as pause } from 'node:timers/promises';
import { accountsBookedSince } from '#server/ledger/feed.ts';
import type { Database } from '#server/platform/db.ts';
import { log } from '#server/platform/log.ts';
import { adapt, emptyMemory, forget, learn, refresh, type Memory } from './memory.ts';
import { emptyPool, nextBatch, readAhead, remember, type Pool } from './pool.ts';
import { lockProjection, projectTransfers, tryLockProjection } from './project.ts';
import { microsOf } from './wire.ts';

/** How long a posting can take from its time to its commit, generously. */
const slackMicros = 120_000_000n;

export interface ProjectionReport {
  projected: number;
  /** Nothing was left that could be projected. */
  isDone: boolean;
}

export interface ProjectionOptions {
  /** Also finds what an earlier look could not see, such as a posting that took minutes to commit. */
  isFull?: boolean;
  batchesMax?: number;
  /** What this projector remembers of its earlier looks. */
  memory?: Memory;
}

/**
 * Projects what was booked since the last time, in one short transaction after the other. Where somebody else projects,
 * it leaves it to them.
 */
export async function projectNews(
  database: Database,
  { isFull = false, batchesMax = 1_000, memory = emptyMemory() }: ProjectionOptions = {},
): Promise<ProjectionReport> {
  const since = isFull ? 0n : await startOf(database);
  const pool = emptyPool(await accountsBookedSince(database.client, { asset: 'DUCAT', since }), memory.batchSize);
  let projected = 0;
  for (let batch = 0; batch < batchesMax; batch += 1) {
    const count = await projectNext(database, pool, memory).catch((error: unknown) => {
      forget(memory);
      throw error;
    });
    if (count === null) return { projected, isDone: false };
    if (count === 0 && pool.isWholeRead && pool.ready.length === 0) return { projected, isDone: true };
    // What is missing for those in front must not keep the others: they are all read then.
    pool.isImpatient = count === 0;
    projected += count;
  }
  return { projected, isDone: false };
}

/** One batch; null where somebody else projects. */
async function projectNext(database: Database, pool: Pool, memory: Memory): Promise<number | null> {
  const startedAt = performance.now();
  const done = await database.inTransaction(async (tx) => {
    if (!(await tryLockProjection(tx))) return null;
    const { batch } = await tx.lotProjection.findFirstOrThrow({ select: { batch: true } });
    await refresh(tx, memory, batch);
    const next = await nextBatch(tx, pool, batch);
    const { kinds, books } = memory;
    const known = { kinds, progress: pool.progress, remembered: books };
    const [projection] = await Promise.all([projectTransfers(tx, next, known), readAhead(database.client, pool)]);
    return { next, ...projection };
  });
  if (done === null) return null;
  learn(memory, done);
  adapt(memory, { count: done.next.length, milliseconds: performance.now() - startedAt });
  pool.batchSize = memory.batchSize;
  return remember(pool, done.next, done);
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
    await tx.lotProjection.updateMany({ data: { lastTime: new Date(0), batch: { increment: 1 } } });
  });
  return projectNews(database, { isFull: true, batchesMax: 1_000_000 });
}

async function startOf(database: Database): Promise<bigint> {
  const row = await database.client.lotProjection.findFirstOrThrow({ select: { lastTime: true } });
  const since = microsOf(row.lastTime) - slackMicros;
  return since > 0n ? since : 0n;
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
  const memory = emptyMemory();
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      const isFull = startedAt >= fullAt;
      const { projected, isDone } = await projectNews(database, { isFull, batchesMax: batchesPerLook, memory });
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

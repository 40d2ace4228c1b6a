import { setTimeout as pause } from 'node:timers/promises';
import type { Database, Tx } from '#server/platform/db.ts';
import { log } from '#server/platform/log.ts';
import { emptyMemory, forget, type Memory } from './memory.ts';
import { projectPool, type ProjectionReport } from './pipeline-jobs.ts';
import { emptyPool } from './pool.ts';
import { invalidateDecided, lockProjection } from './project.ts';
import { nil } from './wire.ts';

export interface ProjectionOptions {
  /** Also finds what an earlier look could not see, such as a posting that took minutes to commit. */
  isFull?: boolean;
  batchesMax?: number;
  /** What this projector remembers of its earlier looks. */
  memory?: Memory;
}

/**
 * Projects what was booked since the last time, and meanwhile, in one short transaction after the other. Where another
 * worker projects, it leaves it to them.
 */
export async function projectNews(
  database: Database,
  { isFull = false, batchesMax = 1_000, memory = emptyMemory() }: ProjectionOptions = {},
): Promise<ProjectionReport> {
  const pool = emptyPool();
  try {
    const report = await database.inSession((session) =>
      session.whileLocked(projectorLock, () => projectPool({ database, session, pool, memory, isFull }, batchesMax)),
    );
    return report ?? { projected: 0, isDone: false };
  } catch (error) {
    forget(memory);
    throw error;
  }
}

/** Held by the one worker that projects, from its first look at the tables to its last batch. */
const projectorLock = 7_261_963_017n;

/**
 * Forgets the whole projection and makes it again from the ledger and what callers noted. Where a worker is projecting, it is
 * that worker who makes it again.
 */
export async function rebuildProjection(database: Database): Promise<ProjectionReport> {
  await database.inTransaction(forgetProjection);
  return projectNews(database, { isFull: true, batchesMax: 1_000_000 });
}

/** Nothing is projected any more. The ledger and what callers noted stay. */
export async function forgetProjection(tx: Tx): Promise<void> {
  await lockProjection(tx);
  await tx.lot.deleteMany();
  await tx.lotFact.deleteMany();
  await tx.lotMove.deleteMany();
  await tx.lotRestored.deleteMany();
  await tx.lotDefect.deleteMany();
  await tx.lotProgress.deleteMany();
  await invalidateDecided(tx);
  await tx.lotProjection.updateMany({ data: { lastTime: new Date(0), readUntil: nil } });
}

const pauseMsMin = 500;
const pauseMsMax = 10_000;
/** A look at all accounts takes longer as they become more; it shall not take most of the time. */
const pausePerLook = 10;
const fullEveryMs = 300_000;

/**
 * Projects what is booked until told to stop, with pauses once nothing is left, which grow with the books, and while
 * PostgreSQL is away. Every five minutes it looks at everything.
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
      // Where another worker is at it, nothing was looked at.
      if (isFull && (isDone || projected > 0)) fullAt = startedAt + fullEveryMs;
      if (projected > 0 && !isDone) continue;
      const lookMs = (performance.now() - startedAt) * pausePerLook;
      pauseMs = projected > 0 ? pauseMsMin : Math.min(pauseMsMax, Math.max(pauseMsMin, lookMs));
    } catch (error) {
      fullAt = 0;
      pauseMs = Math.min(pauseMs * 2, pauseMsMax);
      log().warn({ err: error, pauseMs }, 'the origins of ducats cannot be projected right now');
    }
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Between two looks whether to stop. */
const batchesPerLook = 20;

import { accountsBookedSince, type BookedTransfer } from '#server/ledger/feed.ts';
import { Prisma, type Database, type Db, type Session } from '#server/platform/db.ts';
import type { Unwritten } from './load.ts';
import { adapt, learn, refresh, type Memory } from './memory.ts';
import { lookAgain, nextBatch, putBack, readAhead, remember, type Pool } from './pool.ts';
import { decideTransfers, nothingDecided, projectionLock, type DecidedBatch } from './project.ts';
import { saveWork } from './save.ts';
import { microsOf } from './wire.ts';

/**
 * The worker's way: while one batch is written, the next is decided in memory and the one after it is read. A batch is
 * written only where the tables are as they were when it was decided; otherwise it, and what was decided upon it, is
 * decided again.
 */
export interface Projector {
  database: Database;
  /** Where batches are written. */
  session: Session;
  pool: Pool;
  memory: Memory;
}

export interface ProjectionReport {
  projected: number;
  /** Nothing was left that could be projected. */
  isDone: boolean;
}

interface Writing extends Unwritten {
  batch: readonly BookedTransfer[];
  projected: number;
  /** False where somebody else projected since it was decided. */
  isKept: Promise<boolean>;
}

/** Projects what is booked, and what is booked meanwhile, in one short transaction after the other. */
export async function projectPool(projector: Projector, batchesMax: number): Promise<ProjectionReport> {
  const { database, pool, memory } = projector;
  const report: ProjectionReport = { projected: 0, isDone: false };
  let writing: Writing | null = null;
  await lookAtTables(database.client, memory);
  try {
    for (let batch = 0; batch < batchesMax && !report.isDone; batch += 1) {
      const before = memory.batch ?? (await lookAtTables(database.client, memory));
      const next = await nextBatch(database.client, pool, before);
      readAhead(database.client, pool);
      const decided = await decideNext(projector, { next, before }, writing);
      const isSeen = decided?.done.projected.length === 0 && pool.isWholeRead && pool.ready.length === 0;
      const isLast = isSeen && !(writing !== null && (await isMoreBooked(database.client, pool)));
      const isKept = writing === null || (await writing.isKept);
      if (isKept) report.projected += writing?.projected ?? 0;
      if (!isKept || decided === null) {
        putBack(pool, [...(isKept || writing === null ? [] : writing.batch), ...next]);
        memory.batch = null;
        writing = null;
        continue;
      }
      // What is missing for those in front must not keep the others: they are all read then.
      pool.isImpatient = decided.done.projected.length === 0;
      writing = write(projector, decided, { batch: next, before });
      report.isDone = isLast;
    }
    if (writing !== null && (await writing.isKept)) report.projected += writing.projected;
    else if (writing !== null) report.isDone = false;
    return report;
  } finally {
    await Promise.allSettled([writing?.settled, pool.ahead]);
  }
}

/** Null where somebody else projected since: what is remembered is not what the tables say. */
async function decideNext(
  { database, pool, memory }: Projector,
  { next, before }: { next: readonly BookedTransfer[]; before: bigint },
  unwritten: Unwritten | null,
): Promise<DecidedBatch | null> {
  if (next.length === 0) return nothingDecided();
  const { kinds, books: remembered } = memory;
  const known = { kinds, progress: pool.progress, remembered, unwritten };
  const decided = await decideTransfers(database.client, next, known).catch(async (error: unknown) => {
    await unwritten?.settled;
    if ((await batchOf(database.client)).batch === before) throw error;
    return null;
  });
  if (decided === null) return null;
  const { projected } = decided.done;
  learn(memory, { projected, accounts: decided.books.accounts });
  remember(pool, next, { projected, accounts: decided.books.accounts });
  return decided;
}

function write(
  { session, memory, pool }: Projector,
  decided: DecidedBatch,
  { batch, before }: { batch: readonly BookedTransfer[]; before: bigint },
): Writing {
  const startedAt = performance.now();
  const isKept = writeWhere(session, decided, before).then((isDone) => {
    adapt(memory, { count: batch.length, milliseconds: performance.now() - startedAt });
    pool.batchSize = memory.batchSize;
    return isDone;
  });
  const settled = isKept.then(
    () => undefined,
    () => undefined,
  );
  return { batch, projected: decided.done.projected.length, accounts: decided.books.accounts, isKept, settled };
}

/**
 * Does not wait for the disk: whatever a server that dies has lost of it is projected again, because how far it came is
 * lost with it. What a caller writes after it does wait, and for this too.
 */
async function writeWhere(session: Session, decided: DecidedBatch, before: bigint): Promise<boolean> {
  const { done } = decided;
  if (done.projected.length === 0 && done.defects.length === 0) return true;
  return session.inTransaction(async () => {
    await session.query(Prisma.sql`
      SELECT set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(${projectionLock}::bigint)`);
    const [row] = await session.query<{ batch: string }>(Prisma.sql`SELECT batch::text FROM lot_projection`);
    if (row?.batch !== String(before)) return false;
    await saveWork(session, decided);
    return true;
  });
}

/** While the last batch is written there is time for another look. */
async function isMoreBooked(db: Db, pool: Pool): Promise<boolean> {
  return lookAgain(db, pool, await bookedLately(db));
}

async function lookAtTables(db: Db, memory: Memory): Promise<bigint> {
  const { batch } = await batchOf(db);
  await refresh(db, memory, batch);
  return batch;
}

function batchOf(db: Db): Promise<{ batch: bigint; lastTime: Date }> {
  return db.lotProjection.findFirstOrThrow({ select: { batch: true, lastTime: true } });
}

/** How long a posting can take from its time to its commit, generously. */
const slackMicros = 120_000_000n;

/** Accounts with an entry since shortly before the last projected one, and their versions. */
export async function bookedLately(db: Db): Promise<Map<bigint, bigint>> {
  const since = microsOf((await batchOf(db)).lastTime) - slackMicros;
  return accountsBookedSince(db, { asset: 'DUCAT', since: since > 0n ? since : 0n });
}

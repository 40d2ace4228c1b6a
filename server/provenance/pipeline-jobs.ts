import { accountsBookedSince } from '#server/ledger/feed.ts';
import { Slate } from '#server/platform/binary-arrays.ts';
import { Prisma, type Database, type Db, type Session } from '#server/platform/db.ts';
import { isProjected } from './books.ts';
import { progressOf, stepsOf, type Unwritten } from './load.ts';
import { adapt, countBeside, learn, mistrust, refresh, weigh, type BatchTime, type Memory } from './memory.ts';
import { askForLacking, askForMissing, nextBatch, readAgain, type Pool } from './pool.ts';
import { decideSteps, projectionLock, type DecidedBatch } from './project.ts';
import { joined, part, type Batch } from './said.ts';
import { newBatchNumber, saveWork } from './save.ts';
import { microsOf, nil } from './wire.ts';

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
  /** Whether all accounts are looked at in the end, or those that were booked lately. */
  isFull: boolean;
}

export interface ProjectionReport {
  projected: number;
  /** Nothing was left that could be projected. */
  isDone: boolean;
}

interface Writing extends Unwritten {
  batch: Batch;
  projected: number;
  readUntil: string;
  /** Null where somebody else projected since it was decided; else how many milliseconds it took. */
  keptIn: Promise<number | null>;
}

/** Projects what is booked, and what is booked meanwhile, in one short transaction after the other. */
export async function projectPool(projector: Projector, batchesMax: number): Promise<ProjectionReport> {
  const { database, pool, memory } = projector;
  const report: ProjectionReport = { projected: 0, isDone: false };
  let writing: Writing | null = null;
  await refresh(database.client, memory);
  // Where nothing is projected yet, all is read by its id anyway.
  if (projector.isFull && memory.readUntil !== nil) await isMoreBooked(projector);
  try {
    for (let batches = 0; batches < batchesMax && !report.isDone; batches += 1) {
      const before = memory.batch ?? (await refresh(database.client, memory));
      const batch = await nextBatch(projector, countBeside(memory, writing?.projected ?? 0));
      const startedAt = performance.now();
      const decided = await decideNext(projector, { batch, before }, writing);
      const deciding = { count: decided?.done.projected.length ?? 0, milliseconds: performance.now() - startedAt };
      const isSeen = pool.isAtEnd && decided !== null && deciding.count === 0;
      const isLast = isSeen && !(await isMoreBooked(projector));
      const isKept = await isWritten(memory, writing, deciding);
      if (isKept) report.projected += writing?.projected ?? 0;
      if (isKept && decided !== null) {
        writing = write(projector, decided, { batch, before });
        report.isDone = isLast;
      } else {
        takeBack(memory, batch);
        if (!isKept && writing !== null) takeBack(memory, writing.batch);
        await readAgain(pool);
        writing = null;
      }
    }
    const isKept = await isWritten(memory, writing, null);
    if (isKept) report.projected += writing?.projected ?? 0;
    else if (writing !== null) takeBack(memory, writing.batch);
    return { ...report, isDone: report.isDone && isKept };
  } finally {
    await Promise.allSettled([writing?.settled, pool.ahead]);
  }
}

/** What was decided in vain waits again. */
function takeBack(memory: Memory, batch: Batch): void {
  memory.waiting = joined(batch, memory.waiting);
  mistrust(memory);
}

/**
 * False where it is not kept. Learns from how long it took, and how long the one that was decided meanwhile;
 * null where none was.
 */
async function isWritten(memory: Memory, writing: Writing | null, decided: BatchTime | null): Promise<boolean> {
  if (writing === null) return true;
  const milliseconds = await writing.keptIn;
  if (milliseconds === null) return false;
  if (writing.batch.transfers.length > 0) memory.keptUntil = writing.readUntil;
  adapt(memory, { count: writing.batch.transfers.length, milliseconds });
  if (decided !== null) weigh(memory, decided, { count: writing.projected, milliseconds });
  return true;
}

/** Null where somebody else projected since: what is remembered is not what the tables say. */
async function decideNext(
  projector: Projector,
  { batch, before }: { batch: Batch; before: bigint },
  unwritten: Unwritten | null,
): Promise<DecidedBatch | null> {
  const { database, memory } = projector;
  const { books, isAnythingHeld, readUntil } = memory;
  memory.number += 1;
  const slate = memory.slates[memory.number % memory.slates.length] ?? new Slate();
  slate.wipe();
  const mark = { batch: newBatchNumber(), readUntil };
  const known = { number: memory.number, said: batch, unwritten, isAnythingHeld, slate, mark };
  try {
    const steps = await stepsOf(database.client, batch.transfers, books);
    const decided = await decideSteps(database.client, steps, known);
    const { length } = decided.done.projected;
    if (length < steps.length) {
      const left = steps.filter((step) => !isProjected(step)).map(({ transfer }) => transfer);
      const once = [...new Map(left.map((transfer) => [transfer.id, transfer])).values()];
      memory.waiting = part(batch, once);
      askForMissing(projector, books);
    }
    learn(memory, length > 0 ? mark.batch : before);
    return decided;
  } catch (error) {
    // Some of it may have been read or decided half.
    books.clear();
    await unwritten?.settled;
    if ((await database.client.lotProjection.findFirstOrThrow()).batch === before) throw error;
    return null;
  }
}

function write(
  { session, memory }: Projector,
  decided: DecidedBatch,
  { batch, before }: { batch: Batch; before: bigint },
): Writing {
  const startedAt = performance.now();
  const keeping = batch.transfers.length === 0 ? Promise.resolve(true) : writeWhere(session, decided, before);
  const keptIn = keeping.then((isKept) => (isKept ? performance.now() - startedAt : null));
  const settled = keptIn.then(
    () => undefined,
    () => undefined,
  );
  const { number, readUntil } = memory;
  return { batch, projected: decided.done.projected.length, number, readUntil, keptIn, settled };
}

/**
 * Does not wait for the disk: whatever a server that dies has lost of it is projected again, because how far it came is
 * lost with it. What a caller writes after it does wait, and for this too. Rows are looked up one by one: a batch never is so
 * much of a table that it would pay to read all of that.
 */
async function writeWhere(session: Session, { statements }: DecidedBatch, before: bigint): Promise<boolean> {
  return session.inTransaction(async () => {
    await session.query(Prisma.sql`
      SELECT set_config('synchronous_commit', 'off', true), set_config('enable_hashjoin', 'off', true),
        set_config('enable_mergejoin', 'off', true), pg_advisory_xact_lock(${projectionLock}::bigint)`);
    const [row] = await session.query<{ batch: string }>(Prisma.sql`SELECT batch::text FROM lot_projection`);
    if (row?.batch !== String(before)) return false;
    await saveWork(session, statements);
    return true;
  });
}

/**
 * Looks at the accounts, which no late or early id can escape, while the last batch is written: whatever they have beyond
 * what is projected or waits is read next.
 */
async function isMoreBooked(projector: Projector): Promise<boolean> {
  const { database, memory, isFull } = projector;
  const { client } = database;
  const since = isFull ? 0n : await shortlyBefore(client);
  const accounts = await accountsBookedSince(client, { asset: 'DUCAT', since });
  const unknown = [...accounts.keys()].filter((id) => !memory.books.has(id));
  const progress = unknown.length === 0 ? null : await progressOf(client, unknown);
  return askForLacking(projector, accounts, (id) => memory.books.get(id)?.version ?? progress?.get(id)?.version ?? 0n);
}

/** How long a posting can take from its time to its commit, generously. */
const slackMicros = 120_000_000n;

/** The last projected time, less that. */
async function shortlyBefore(db: Db): Promise<bigint> {
  const { lastTime } = await db.lotProjection.findFirstOrThrow({ select: { lastTime: true } });
  const since = microsOf(lastTime) - slackMicros;
  return since > 0n ? since : 0n;
}

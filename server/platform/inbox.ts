import type { Clock } from './clock.ts';
import { Prisma, type Database, type Db, type Tx } from './db.ts';
import type { Ids } from './ids.ts';
import { log } from './log.ts';

/** An event as another system sent it, its body untouched. */
export interface IncomingEvent {
  /** Who sent it, such as `stripe`. */
  source: string;
  /** The sender's own id of the event: each is stored once. */
  eventId: string;
  type: string;
  payload: string;
}

export interface InboxEvent extends IncomingEvent {
  id: string;
  /** Which attempt this is, from 1. */
  attempts: number;
  receivedAt: Date;
}

/**
 * What a handler found out. `effect` runs in the same transaction that marks the event handled, so
 * that either both happen or neither; whatever needs a network happens before it is returned.
 */
export type InboxOutcome = { state: 'handled'; effect?: (tx: Tx) => Promise<void> } | { state: 'ignored' };
export type InboxHandler = (event: InboxEvent) => Promise<InboxOutcome>;

export interface DrainOptions {
  source: string;
  handler: InboxHandler;
  /** Most events of one call. */
  limit: number;
}

export interface DrainReport {
  claimed: number;
  handled: number;
  ignored: number;
  failed: number;
}

interface InboxDeps {
  database: Database;
  clock: Clock;
  /** 0 to 1, spreads repeated attempts; a test can fix it. */
  jitter?: () => number;
}

const leaseMs = 90_000;
const backOffMsBase = 2_000;
const backOffMsMax = 3_600_000;
/** With the pauses above the last attempt is about a day and a half after the first. */
export const attemptsMax = 48;
const parallelMax = 4;
const errorLengthMax = 500;

/**
 * Claims what is due and handles it. Rejects only when the database does: a handler that fails is
 * recorded and tried again later with growing pauses; after `attemptsMax` it waits for an operator.
 */
export async function drainInbox(deps: InboxDeps, options: DrainOptions): Promise<DrainReport> {
  const { source, limit } = options;
  const claimed = await deps.database.inTransaction((tx) => claimDue(tx, { source, limit, now: deps.clock.now() }));
  const report: DrainReport = { claimed: claimed.length, handled: 0, ignored: 0, failed: 0 };
  const waiting = [...claimed];
  const work = async () => {
    for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
      report[await handleOne(deps, event, options.handler)] += 1;
    }
  };
  const results = await Promise.allSettled(Array.from({ length: parallelMax }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return report;
}

async function handleOne(
  deps: InboxDeps,
  event: InboxEvent,
  handler: InboxHandler,
): Promise<'handled' | 'ignored' | 'failed'> {
  try {
    const outcome = await handler(event);
    await deps.database.inTransaction((tx) => settle(tx, { id: event.id, outcome, now: deps.clock.now() }));
    return outcome.state;
  } catch (error) {
    log().warn(
      { err: error, source: event.source, eventId: event.eventId, type: event.type },
      'an event could not be handled',
    );
    await deps.database.inTransaction((tx) => recordFailure(tx, event, { error, deps }));
    return 'failed';
  }
}

/** Stores an event once. Returns false when it was here before; then nothing changes. */
export async function receiveEvent(tx: Tx, deps: { clock: Clock; ids: Ids }, event: IncomingEvent): Promise<boolean> {
  const now = deps.clock.now();
  const stored = await tx.inboxEvent.createMany({
    data: [{ id: deps.ids.uuid(), ...event, state: 'received', nextAttemptAt: now, receivedAt: now }],
    skipDuplicates: true,
  });
  return stored.count === 1;
}

/**
 * Takes up to `limit` due events for this process. Others skip them until the lease ends, which also
 * brings an event back whose process died.
 */
export async function claimDue(tx: Tx, input: { source: string; limit: number; now: Date }): Promise<InboxEvent[]> {
  const rows = await tx.$queryRaw<InboxEvent[]>`
    UPDATE inbox_event SET attempts = attempts + 1, next_attempt_at = ${new Date(input.now.getTime() + leaseMs)}
    WHERE id IN (
      SELECT id FROM inbox_event
      WHERE source = ${input.source} AND state IN ('received', 'failed') AND next_attempt_at <= ${input.now}
        AND attempts < ${attemptsMax}
      ORDER BY next_attempt_at, id
      LIMIT ${input.limit}
      FOR UPDATE SKIP LOCKED)
    RETURNING id::text, source, event_id AS "eventId", type, payload, attempts, received_at AS "receivedAt"`;
  return rows.sort((left, right) => left.receivedAt.getTime() - right.receivedAt.getTime());
}

/** Marks the event and applies its effect, unless another process was quicker. */
async function settle(tx: Tx, input: { id: string; outcome: InboxOutcome; now: Date }): Promise<void> {
  const marked = await tx.inboxEvent.updateMany({
    where: { id: input.id, state: { in: ['received', 'failed'] } },
    data: { state: input.outcome.state, handledAt: input.now, lastError: null },
  });
  if (marked.count === 1 && input.outcome.state === 'handled') await input.outcome.effect?.(tx);
}

async function recordFailure(tx: Tx, event: InboxEvent, failure: { error: unknown; deps: InboxDeps }): Promise<void> {
  const { error, deps } = failure;
  const pauseMs = backOffMs(event.attempts, (deps.jitter ?? Math.random)());
  await tx.inboxEvent.updateMany({
    where: { id: event.id, state: { in: ['received', 'failed'] } },
    data: {
      state: 'failed',
      lastError: sentence(error),
      nextAttemptAt: new Date(deps.clock.now().getTime() + pauseMs),
    },
  });
}

/** 2 s, 4 s, 8 s … up to an hour, each between half and the whole of it. */
export function backOffMs(attempts: number, jitter: number): number {
  const wholeMs = Math.min(backOffMsBase * 2 ** (attempts - 1), backOffMsMax);
  return Math.floor(wholeMs / 2 + (wholeMs / 2) * jitter);
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no error was thrown';
  return text.slice(0, errorLengthMax);
}

export interface InboxCounts {
  received: number;
  handled: number;
  ignored: number;
  failed: number;
  /** When the oldest event that still waits arrived; null when none does. */
  oldestWaitingAt: Date | null;
}

/** How many events stand where, over all sources. */
export async function inboxCounts(db: Db): Promise<InboxCounts> {
  const rows = await db.$queryRaw<
    { state: 'received' | 'handled' | 'ignored' | 'failed'; count: bigint; oldest: Date }[]
  >(Prisma.sql`SELECT state, count(*) AS count, min(received_at) AS oldest FROM inbox_event GROUP BY state`);
  const counts: InboxCounts = { received: 0, handled: 0, ignored: 0, failed: 0, oldestWaitingAt: null };
  for (const row of rows) {
    counts[row.state] = Number(row.count);
    const isWaiting = row.state === 'received' || row.state === 'failed';
    if (isWaiting && (counts.oldestWaitingAt === null || row.oldest < counts.oldestWaitingAt))
      counts.oldestWaitingAt = row.oldest;
  }
  return counts;
}

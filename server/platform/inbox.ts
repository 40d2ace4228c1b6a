import type { Clock } from './clock.ts';
import type { Database, Tx } from './db.ts';
import { log } from './log.ts';

/** An event as another system sent it, its body untouched. */
export interface IncomingEvent {
  /** Who sent it, such as `stripe`. */
  source: string;
  /** The sender's own id of the event: each is stored once. */
  eventId: string;
  type: string;
  /** The object it is about; two events of one object are never handled at the same time. Null for none. */
  objectId: string | null;
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
/** So many due events are looked at for one that is claimed, in case several are about one object. */
const lookAhead = 8;

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

/**
 * Takes up to `limit` due events for this process, the longest due first. Others skip them until the lease ends, which
 * also brings an event back whose process died. Of one object at most one event is out at a time: handlers fetch the
 * object fresh, and a slow one must not write what it saw over what a later one saw. Claims go one after another, so
 * that no two processes look for free objects at once.
 */
export async function claimDue(tx: Tx, input: { source: string; limit: number; now: Date }): Promise<InboxEvent[]> {
  const { source, limit, now } = input;
  const leaseEnd = new Date(now.getTime() + leaseMs);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('inbox.claim:' || ${source}, 0))`;
  const rows = await tx.$queryRaw<InboxEvent[]>`
    UPDATE inbox_event SET attempts = attempts + 1, next_attempt_at = ${leaseEnd}, leased_until = ${leaseEnd}
    WHERE state IN ('received', 'failed') AND id IN (
      SELECT id FROM (
        SELECT id, next_attempt_at,
               row_number() OVER (PARTITION BY coalesce(object_id, id::text) ORDER BY received_at, id) AS place
        FROM (
          SELECT id, object_id, received_at, next_attempt_at FROM inbox_event due
          WHERE source = ${source} AND state IN ('received', 'failed') AND next_attempt_at <= ${now}
            AND attempts < ${attemptsMax}
            AND NOT EXISTS (
              SELECT FROM inbox_event other
              WHERE other.source = due.source AND other.object_id = due.object_id AND other.leased_until > ${now})
          ORDER BY next_attempt_at, id
          LIMIT ${limit * lookAhead}) free
      ) placed
      WHERE place = 1
      ORDER BY next_attempt_at, id
      LIMIT ${limit})
    RETURNING id::text, source, event_id AS "eventId", type, object_id AS "objectId", payload, attempts,
              received_at AS "receivedAt"`;
  return rows.sort((left, right) => left.receivedAt.getTime() - right.receivedAt.getTime());
}

/** Marks the event and applies its effect, unless another process was quicker. */
async function settle(tx: Tx, input: { id: string; outcome: InboxOutcome; now: Date }): Promise<void> {
  const marked = await tx.inboxEvent.updateMany({
    where: { id: input.id, state: { in: ['received', 'failed'] } },
    data: { state: input.outcome.state, handledAt: input.now, lastError: null, leasedUntil: null },
  });
  if (marked.count === 1 && input.outcome.state === 'handled') await input.outcome.effect?.(tx);
}

async function recordFailure(tx: Tx, event: InboxEvent, failure: { error: unknown; deps: InboxDeps }): Promise<void> {
  const { error, deps } = failure;
  if (event.attempts >= attemptsMax) {
    log().error(
      { eventId: event.eventId, type: event.type },
      'an event failed for the last time and waits for an operator',
    );
  }
  const pauseMs = backOffMs(event.attempts, (deps.jitter ?? Math.random)());
  await tx.inboxEvent.updateMany({
    where: { id: event.id, state: { in: ['received', 'failed'] } },
    data: {
      state: 'failed',
      leasedUntil: null,
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

import type { Clock } from './clock.ts';
import { Prisma, type Db, type Tx } from './db.ts';
import { refuse } from './errors.ts';
import { attemptsMax } from './inbox.ts';
import { inboxStates, type InboxState } from './inbox-schema.ts';

/** What operators see of the inbox, and how they have an event handled again. */

export interface InboxCounts extends Record<InboxState, number> {
  /** Failed so often that only an operator has them tried again. */
  exhausted: number;
  /** When the oldest event that still waits arrived; null when none does. */
  oldestWaitingAt: Date | null;
}

/** How many events stand where, over all sources. */
export async function inboxCounts(db: Db): Promise<InboxCounts> {
  const rows = await db.$queryRaw<{ state: InboxState; count: bigint; exhausted: bigint; oldest: Date }[]>(
    Prisma.sql`SELECT state, count(*) AS count, min(received_at) AS oldest,
                      count(*) FILTER (WHERE state = 'failed' AND attempts >= ${attemptsMax}) AS exhausted
               FROM inbox_event GROUP BY state`,
  );
  const counts: InboxCounts = { received: 0, handled: 0, ignored: 0, failed: 0, exhausted: 0, oldestWaitingAt: null };
  for (const row of rows) {
    counts[row.state] = Number(row.count);
    counts.exhausted += Number(row.exhausted);
    const isWaiting = row.state === 'received' || row.state === 'failed';
    if (isWaiting && (counts.oldestWaitingAt === null || row.oldest < counts.oldestWaitingAt))
      counts.oldestWaitingAt = row.oldest;
  }
  return counts;
}

const listed = {
  id: true,
  source: true,
  eventId: true,
  type: true,
  objectId: true,
  state: true,
  attempts: true,
  lastError: true,
  nextAttemptAt: true,
  receivedAt: true,
  handledAt: true,
} satisfies Prisma.InboxEventSelect;

export interface InboxEventView {
  id: string;
  source: string;
  eventId: string;
  type: string;
  objectId: string | null;
  state: InboxState;
  attempts: number;
  lastError: string | null;
  /** When it is tried next; null when it is done, or only an operator has it tried again. */
  nextAttemptAt: Date | null;
  receivedAt: Date;
  handledAt: Date | null;
}

export interface InboxQuery {
  state?: InboxState | undefined;
  /** The beginning of the type, such as `charge.dispute`. */
  type?: string | undefined;
  /** The event's own id, or the object's it is about. */
  id?: string | undefined;
  /** The last id of the page before. */
  cursor?: string | null | undefined;
  limit: number;
}

/** Events as they arrived, the latest first. */
export async function inboxEvents(
  db: Db,
  query: InboxQuery,
): Promise<{ events: InboxEventView[]; nextCursor: string | null }> {
  const { state, type, id, cursor, limit } = query;
  const rows = await db.inboxEvent.findMany({
    where: {
      ...(state === undefined ? {} : { state }),
      ...(type === undefined ? {} : { type: { startsWith: type } }),
      ...(id === undefined ? {} : { OR: [{ eventId: id }, { objectId: id }] }),
      // Ids are made in order of time, so they order and page by themselves.
      ...(cursor === null || cursor === undefined ? {} : { id: { lt: cursor } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: listed,
  });
  const shown = rows.slice(0, limit);
  return { events: shown.map(viewOf), nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

/** One event with its body as it was sent. Refuses `event_not_found`. */
export async function inboxEvent(db: Db, id: string): Promise<InboxEventView & { payload: string }> {
  const row = await db.inboxEvent.findUnique({ where: { id }, select: { ...listed, payload: true } });
  if (row === null) throw refuse('not_found', 'event_not_found', 'There is no such event.');
  return { ...viewOf(row), payload: row.payload };
}

type Row = Prisma.InboxEventGetPayload<{ select: typeof listed }>;

function viewOf(row: Row): InboxEventView {
  const state = inboxStates.find((known) => known === row.state) ?? 'failed';
  const isTried = state === 'received' || (state === 'failed' && row.attempts < attemptsMax);
  return { ...row, state, nextAttemptAt: isTried ? row.nextAttemptAt : null };
}

/**
 * Has an event handled again at once, whatever became of it before: an effect that happened already does not happen
 * twice. One that is being handled right now is left alone. Refuses `event_not_found`, `event_in_work`.
 */
export async function replayEvent(tx: Tx, deps: { clock: Clock }, id: string): Promise<void> {
  const now = deps.clock.now();
  const [row] = await tx.$queryRaw<{ leasedUntil: Date | null }[]>`
    SELECT leased_until AS "leasedUntil" FROM inbox_event WHERE id = ${id}::uuid FOR UPDATE`;
  if (row === undefined) throw refuse('not_found', 'event_not_found', 'There is no such event.');
  if (row.leasedUntil !== null && row.leasedUntil > now) {
    throw refuse('conflict', 'event_in_work', 'This event is being handled right now.');
  }
  await tx.inboxEvent.update({
    where: { id },
    data: { state: 'received', attempts: 0, nextAttemptAt: now, handledAt: null },
    select: { id: true },
  });
}

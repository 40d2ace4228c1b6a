import type { Clock } from './clock.ts';
import { Prisma, type Db, type Tx } from './db.ts';
import type { Ids } from './ids.ts';

export interface OutboxMessage {
  /** Dotted past tense, such as `order.placed`. */
  type: string;
  /** The id of what it happened to. */
  subject: string;
  payload: Prisma.InputJsonObject;
}

/** Writes an event in the caller's transaction, so that it exists exactly when the change does. */
export function emit(tx: Tx, deps: { clock: Clock; ids: Ids }, message: OutboxMessage): Promise<void> {
  return emitAll(tx, deps, [message]);
}

/** The same for many, in their order. */
export async function emitAll(
  tx: Tx,
  deps: { clock: Clock; ids: Ids },
  messages: readonly OutboxMessage[],
): Promise<void> {
  await tx.$executeRaw(eventsSql(deps, messages));
}

/** The same as one of several writes that are sent together. */
export function eventsSql({ clock, ids }: { clock: Clock; ids: Ids }, messages: readonly OutboxMessage[]): Prisma.Sql {
  const rows = messages.map((message) => ({ id: ids.uuid(), ...message }));
  return Prisma.sql`
    INSERT INTO outbox_event (id, type, subject, payload, occurred_at)
    SELECT id, type, subject, payload, ${clock.now()}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS event (id uuid, type text, subject text, payload jsonb)`;
}

/** What an event said when it was written; the payload is as its writer made it. */
export interface OutboxRecord {
  id: string;
  subject: string;
  payload: Prisma.JsonValue;
}

/** The last events of one type, the latest first; those of one millisecond in any order. */
export function latestEvents(db: Db, query: { type: string; limit: number }): Promise<OutboxRecord[]> {
  return db.outboxEvent.findMany({
    where: { type: query.type },
    orderBy: [{ occurredAt: 'desc' }, { id: 'desc' }],
    take: query.limit,
    select: { id: true, subject: true, payload: true },
  });
}

/** An event as a consumer reads it. */
export interface OutboxNews extends OutboxRecord {
  type: string;
}

interface NewsRow extends OutboxNews {
  xid: string;
  position: bigint;
}

/**
 * The next events that a consumer has not read, in the order of their transactions, and moves the consumer on behind
 * them: in the transaction of what it does about them, so that each is dealt with exactly once. Events of every type are
 * answered, also those that it has no use for. Answers none while another process reads for the same consumer, and stops
 * below the oldest transaction that still runs, whose events would otherwise be left out.
 */
export async function readNews(tx: Tx, input: { consumer: string; limit: number }): Promise<OutboxNews[]> {
  const { consumer, limit } = input;
  const rows = await tx.$queryRaw<NewsRow[]>`
    WITH place AS MATERIALIZED (
      SELECT xid, position FROM outbox_cursor WHERE consumer = ${consumer} FOR UPDATE SKIP LOCKED
    )
    SELECT event.id, event.type, event.subject, event.payload, event.xid::text AS xid, event.position
      FROM place
      JOIN outbox_event AS event ON (event.xid, event.position) > (place.xid, place.position)
     WHERE event.xid < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY event.xid, event.position
     LIMIT ${limit}`;
  const last = rows.at(-1);
  if (last === undefined) return [];
  await tx.$executeRaw`
    UPDATE outbox_cursor SET xid = ${last.xid}::xid8, position = ${last.position} WHERE consumer = ${consumer}`;
  return rows.map(({ id, type, subject, payload }) => ({ id, type, subject, payload }));
}

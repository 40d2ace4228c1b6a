import type { Clock } from './clock.ts';
import type { Db, Prisma, Tx } from './db.ts';
import type { Ids } from './ids.ts';

export interface OutboxMessage {
  /** Dotted past tense, such as `order.placed`. */
  type: string;
  /** The id of what it happened to. */
  subject: string;
  payload: Prisma.InputJsonObject;
}

/** Writes an event in the caller's transaction, so that it exists exactly when the change does. */
export async function emit(tx: Tx, deps: { clock: Clock; ids: Ids }, message: OutboxMessage): Promise<void> {
  await tx.outboxEvent.create({
    data: { id: deps.ids.uuid(), occurredAt: deps.clock.now(), ...message },
    select: { id: true },
  });
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

import type { Clock } from './clock.ts';
import type { Prisma, Tx } from './db.ts';
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

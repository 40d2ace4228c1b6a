import type { Clock } from './clock.ts';
import type { Db } from './db.ts';
import type { Ids } from './ids.ts';

/** Something that somebody sets out to do. */
export interface AuditEntry {
  /** Null for a process of our own. */
  actorId: string | null;
  /** A procedure's path, such as `operator.closeBreaker`, or a dotted name. */
  action: string;
  /** What it is done to, as far as the input names it. */
  subject: string | null;
  sessionId: string | null;
  requestId: string;
}

export interface AuditRecord extends AuditEntry {
  id: string;
  occurredAt: Date;
  /** `started`, `done`, `failed`, or the code of the refusal. */
  outcome: string;
}

/**
 * Notes that an action begins, before it does: an action without its note cannot happen, and one whose process died
 * stays `started`. Answers the id for `auditEnd`.
 */
export async function auditStart(db: Db, deps: { clock: Clock; ids: Ids }, entry: AuditEntry): Promise<string> {
  const id = deps.ids.uuid();
  const { requestId, ...rest } = entry;
  await db.auditEvent.create({
    data: { ...rest, id, occurredAt: deps.clock.now(), outcome: 'started', requestId: requestId.slice(0, 100) },
    select: { id: true },
  });
  return id;
}

/** Notes how it ended. The database refuses to change an outcome that stands. */
export async function auditEnd(db: Db, id: string, outcome: string): Promise<void> {
  await db.auditEvent.update({ where: { id }, data: { outcome }, select: { id: true } });
}

const pageMax = 100;

/** The latest entries, of one actor or of all, older than a cursor (the id of the last one seen). At most 100. */
export function auditRecords(
  db: Db,
  query: { actorId?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<AuditRecord[]> {
  return db.auditEvent.findMany({
    where: query.actorId === undefined ? {} : { actorId: query.actorId },
    orderBy: [{ occurredAt: 'desc' }, { id: 'desc' }],
    take: Math.min(query.limit, pageMax),
    ...(query.cursor === undefined ? {} : { cursor: { id: query.cursor }, skip: 1 }),
    select: {
      id: true,
      occurredAt: true,
      actorId: true,
      action: true,
      subject: true,
      outcome: true,
      sessionId: true,
      requestId: true,
    },
  });
}

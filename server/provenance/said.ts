import type { BookedTransfer } from '#server/ledger/feed.ts';
import { uuidsOf } from '#server/platform/binary-arrays.ts';
import { Prisma, type Db } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { LotNote } from './books.ts';
import { takeRule, type TakeRule } from './schema.ts';
import { optional, rowsOf } from './wire.ts';

/** What callers said of transfers. */
export interface Said {
  notes: Map<string, LotNote>;
  takes: Map<string, TakeRule>;
}

/** Ids above one, up to another. */
export interface IdRange {
  after: string;
  last: string;
}

/** What was said of these transfers, and of all whose ids are in the range. */
export async function loadSaid(db: Db, ids: readonly string[], range: IdRange | null = null): Promise<Said> {
  const said: Said = { notes: new Map(), takes: new Map() };
  if (ids.length > 0) {
    const rowsOfIds = (table: Prisma.Sql) => Prisma.sql`unnest(${uuidsOf(ids, (id) => id)}::uuid[]) i (id)
      CROSS JOIN LATERAL (SELECT o.* FROM ${table} o WHERE o.transfer_id = i.id OFFSET 0)`;
    await addSaid(db, said, rowsOfIds);
  }
  if (range !== null) {
    const { after, last } = range;
    const rowsOfRange = (table: Prisma.Sql) =>
      Prisma.sql`(SELECT o.* FROM ${table} o WHERE o.transfer_id > ${after}::uuid AND o.transfer_id <= ${last}::uuid)`;
    await addSaid(db, said, rowsOfRange);
  }
  return said;
}

async function addSaid(db: Db, { notes, takes }: Said, found: (table: Prisma.Sql) => Prisma.Sql): Promise<void> {
  const noteRows = await db.$queryRaw<{ found: string | null }[]>`
    SELECT string_agg(concat_ws(',', n.transfer_id, n.kind, n.source_type, n.source_id,
      coalesce((extract(epoch FROM n.hold_until) * 1000000)::bigint::text, ''),
      coalesce((extract(epoch FROM n.expires_at) * 1000000)::bigint::text, '')), ';') AS found
    FROM ${found(Prisma.sql`lot_note`)} n`;
  for (const [id = '', kind, type = '', sourceId = '', holdUntil, expiresAt] of rowsOf(noteRows)) {
    invariant(kind === 'bought' || kind === 'granted' || kind === 'earned', 'a note is of a known kind');
    const source = { type, id: sourceId };
    notes.set(id, { kind, source, holdUntil: optional(holdUntil), expiresAt: optional(expiresAt) });
  }
  const takeRows = await db.$queryRaw<{ transfer_id: string; rule: unknown }[]>`
    SELECT t.transfer_id::text, t.rule FROM ${found(Prisma.sql`lot_take`)} t`;
  for (const { transfer_id: id, rule } of takeRows) takes.set(id, takeRule.parse(rule));
}

/** Transfers with what callers said of them. */
export interface Batch extends Said {
  transfers: readonly BookedTransfer[];
}

export function emptyBatch(): Batch {
  return { transfers: [], notes: new Map(), takes: new Map() };
}

/** Some of its transfers, with what was said of them. */
export function part({ notes, takes }: Batch, transfers: readonly BookedTransfer[]): Batch {
  const some = { ...emptyBatch(), transfers };
  if (notes.size + takes.size === 0) return some;
  for (const { id } of transfers) {
    const [note, take] = [notes.get(id), takes.get(id)];
    if (note !== undefined) some.notes.set(id, note);
    if (take !== undefined) some.takes.set(id, take);
  }
  return some;
}

/** The first so many of its transfers, and the others. */
export function divided(batch: Batch, count: number): [first: Batch, others: Batch] {
  const { transfers } = batch;
  if (transfers.length <= count) return [batch, emptyBatch()];
  return [part(batch, transfers.slice(0, count)), part(batch, transfers.slice(count))];
}

export function joined(left: Batch, right: Batch): Batch {
  if (left.transfers.length === 0) return right;
  if (right.transfers.length === 0) return left;
  return {
    transfers: [...left.transfers, ...right.transfers],
    notes: new Map([...left.notes, ...right.notes]),
    takes: new Map([...left.takes, ...right.takes]),
  };
}

import { Prisma, type Session } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { Books, LotChanges, LotMove } from './books.ts';
import type { Progress } from './load.ts';
import type { Lot, LotFact } from './lots.ts';
import type { DecidedBatch } from './project.ts';
import { arrayOf, columnOf, textsOf } from './wire.ts';
import type { LotDefect, WorkDone } from './work-through.ts';

/** Where a batch is written: the transaction of a caller, or that of the worker's session. */
export type Writer = Pick<Session, 'execute'>;

/** What a batch changed, written with one statement per table. */
export async function saveWork(tx: Writer, { books, done, reached }: DecidedBatch): Promise<void> {
  if (done.defects.length > 0) await saveDefects(tx, done.defects);
  if (done.projected.length === 0) return;
  if (done.facts.length > 0) await saveFacts(tx, done.facts);
  if (done.moves.length > 0) await saveMoves(tx, done.moves);
  await saveLots(tx, books.changes);
  await saveRestored(tx, books);
  await saveProgress(tx, reached, done);
}

async function saveFacts(tx: Writer, facts: readonly LotFact[]): Promise<void> {
  await tx.execute(Prisma.sql`
    INSERT INTO lot_fact (id, kind, source_type, source_id, origin_type, origin_id, since, hold_until, expires_at, parent_id)
    SELECT f.id, f.kind, f.source_type, f.source_id, f.origin_type, f.origin_id,
           'epoch'::timestamptz + f.since * interval '1 microsecond',
           'epoch'::timestamptz + f.hold_until * interval '1 microsecond',
           'epoch'::timestamptz + f.expires_at * interval '1 microsecond', f.parent_id
    FROM unnest(${arrayOf(facts.map(({ id }) => id))}::uuid[], ${textsOf(facts.map(({ kind }) => kind))}::text[],
      ${textsOf(facts.map(({ source }) => source.type))}::text[], ${textsOf(facts.map(({ source }) => source.id))}::text[],
      ${textsOf(facts.map(({ origin }) => origin.type))}::text[], ${textsOf(facts.map(({ origin }) => origin.id))}::text[],
      ${arrayOf(facts.map(({ since }) => since))}::bigint[], ${arrayOf(facts.map(({ holdUntil }) => holdUntil))}::bigint[],
      ${arrayOf(facts.map(({ expiresAt }) => expiresAt))}::bigint[], ${arrayOf(facts.map(({ parentId }) => parentId))}::uuid[])
      f (id, kind, source_type, source_id, origin_type, origin_id, since, hold_until, expires_at, parent_id)`);
}

/** In the order of the index, whose pages are then at hand. Where the facts did not change, they are said once. */
async function saveMoves(tx: Writer, moves: readonly LotMove[]): Promise<void> {
  await tx.execute(Prisma.sql`
    INSERT INTO lot_move (transfer_id, serial_from, serial_until, fact_id, before_fact_id, previous_by)
    SELECT m.transfer_id, m.serial_from, m.serial_until, m.fact_id,
      CASE WHEN m.previous_by IS NOT NULL THEN coalesce(m.before_fact_id, m.fact_id) END, m.previous_by
    FROM (SELECT unnest(${columnOf(moves, ({ transferId }) => transferId)}::uuid[]) AS transfer_id,
      unnest(${columnOf(moves, ({ from }) => from)}::bigint[]) AS serial_from,
      unnest(${columnOf(moves, ({ until }) => until)}::bigint[]) AS serial_until,
      unnest(${columnOf(moves, ({ fact }) => fact.id)}::uuid[]) AS fact_id,
      unnest(${columnOf(moves, ({ fact, before }) => (before === fact ? null : (before?.id ?? null)))}::uuid[]) AS before_fact_id,
      unnest(${columnOf(moves, ({ previousBy }) => previousBy)}::uuid[]) AS previous_by) m
    ORDER BY m.transfer_id, m.serial_from`);
}

interface PlacedLot {
  lot: Lot;
  accountId: bigint;
}

/** Each row where it is at the end of the batch. A lot that only moved, or shrank from above, keeps its row. */
async function saveLots(tx: Writer, { placed, fresh }: LotChanges): Promise<void> {
  const [changed, made]: [PlacedLot[], PlacedLot[]] = [[], []];
  for (const place of placed.values()) (fresh.has(place.lot.from) ? made : changed).push(place);
  if (changed.length > 0) await updateLots(tx, changed);
  if (made.length > 0) await insertLots(tx, made);
}

async function updateLots(tx: Writer, lots: readonly PlacedLot[]): Promise<void> {
  const count = await tx.execute(Prisma.sql`
    UPDATE lot l SET serial_until = n.serial_until, account_id = n.account_id, fact_id = n.fact_id,
      arrived_by = n.arrived_by, since = n.since
    FROM (SELECT s.*, o.place FROM (${lotRows(lots)}) s
      CROSS JOIN LATERAL (SELECT t.ctid AS place FROM lot t WHERE t.serial_from = s.serial_from OFFSET 0) o) n
    WHERE l.ctid = n.place`);
  invariant(count === lots.length, 'lots that were read are still there');
}

async function insertLots(tx: Writer, lots: readonly PlacedLot[]): Promise<void> {
  await tx.execute(Prisma.sql`
    INSERT INTO lot (serial_from, serial_until, account_id, fact_id, arrived_by, since) ${lotRows(lots)}`);
}

/**
 * Arrays in the list of what is selected come row by row; in a FROM they would all be written down first. In the order of
 * serials, neighbours are on the same pages of the table and of most of its indexes.
 */
function lotRows(lots: readonly PlacedLot[]): Prisma.Sql {
  return Prisma.sql`
    SELECT unnest(${columnOf(lots, ({ lot }) => lot.from)}::bigint[]) AS serial_from,
      unnest(${columnOf(lots, ({ lot }) => lot.until)}::bigint[]) AS serial_until,
      unnest(${columnOf(lots, ({ accountId }) => accountId)}::bigint[]) AS account_id,
      unnest(${columnOf(lots, ({ lot }) => lot.fact.id)}::uuid[]) AS fact_id,
      unnest(${columnOf(lots, ({ lot }) => lot.arrivedBy)}::uuid[]) AS arrived_by,
      'epoch'::timestamptz
        + unnest(${columnOf(lots, ({ lot }) => lot.fact.since)}::bigint[]) * interval '1 microsecond' AS since
    ORDER BY 1`;
}

async function saveRestored(tx: Writer, { returns }: Books): Promise<void> {
  const rows = [...returns].flatMap(([transferId, { restoredMinor }]) =>
    [...restoredMinor].map(([factId, amount]) => ({ transferId, factId, amount })),
  );
  if (rows.length === 0) return;
  await tx.execute(Prisma.sql`
    INSERT INTO lot_restored (transfer_id, fact_id, amount)
    SELECT * FROM unnest(${arrayOf(rows.map(({ transferId }) => transferId))}::uuid[],
      ${arrayOf(rows.map(({ factId }) => factId))}::uuid[], ${arrayOf(rows.map(({ amount }) => amount))}::bigint[])
    ON CONFLICT (transfer_id, fact_id) DO UPDATE SET amount = excluded.amount`);
}

async function saveProgress(
  tx: Writer,
  reached: ReadonlyMap<bigint, Progress>,
  { projected }: WorkDone,
): Promise<void> {
  const books = [...reached].map(([id, progress]) => ({ id, ...progress }));
  await tx.execute(Prisma.sql`
    INSERT INTO lot_progress (account_id, version, struck)
    SELECT * FROM unnest(${arrayOf(books.map(({ id }) => id))}::bigint[],
      ${arrayOf(books.map(({ version }) => version))}::bigint[], ${arrayOf(books.map(({ struck }) => struck))}::bigint[])
    ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, struck = excluded.struck`);
  const lastTime = projected.reduce((latest, { bookedAt }) => (bookedAt > latest ? bookedAt : latest), 0n);
  await tx.execute(Prisma.sql`
    UPDATE lot_projection SET batch = batch + 1, last_time = greatest(last_time, 'epoch'::timestamptz + ${lastTime}::bigint * interval '1 microsecond')`);
}

async function saveDefects(tx: Writer, defects: readonly LotDefect[]): Promise<void> {
  await tx.execute(Prisma.sql`
    INSERT INTO lot_defect (transfer_id, code, detail)
    SELECT * FROM unnest(${arrayOf(defects.map(({ transferId }) => transferId))}::uuid[],
      ${textsOf(defects.map(({ code }) => code))}::text[], ${textsOf(defects.map(({ detail }) => detail))}::text[])
    ON CONFLICT (transfer_id, code) DO NOTHING`);
}

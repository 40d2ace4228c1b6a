import { Prisma, type Session } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { Books, LotChanges, LotMove, PlacedLot } from './books.ts';
import { compare, type LotFact } from './lots.ts';
import type { DecidedBatch, Reached } from './project.ts';
import { BigintArray, bigintsOf, UuidArray, uuidsOf } from '#server/platform/binary-arrays.ts';
import { arrayOf, nil, textsOf } from './wire.ts';
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

/** One row for each transfer, in the order of the index, whose pages are then at hand. */
async function saveMoves(tx: Writer, moves: readonly LotMove[]): Promise<void> {
  const [serials, ids] = [new BigintArray(moves.length * 2), new UuidArray(moves.length * 3)];
  const transfers: { id: string; after: bigint; until: bigint }[] = [];
  for (let first = 0; first < moves.length;) {
    const pieces = piecesFrom(moves, first);
    for (const { from, until, fact, before, previousBy } of pieces) {
      serials.add(from);
      serials.add(until);
      ids.add(fact.id);
      ids.add(before?.id ?? nil);
      ids.add(previousBy ?? nil);
    }
    const [after, until] = [BigInt(first), BigInt(first + pieces.length)];
    transfers.push({ id: pieces[0]?.transferId ?? nil, after, until });
    first += pieces.length;
  }
  await tx.execute(Prisma.sql`
    INSERT INTO lot_move (transfer_id, serials, ids)
    SELECT t.id, (${serials.buffer}::bigint[])[t.after * 2 + 1 : t.until * 2],
      (${ids.buffer}::uuid[])[t.after * 3 + 1 : t.until * 3]
    FROM (SELECT unnest(${uuidsOf(transfers, ({ id }) => id)}::uuid[]) AS id,
      unnest(${bigintsOf(transfers, ({ after }) => after)}::bigint[]) AS after,
      unnest(${bigintsOf(transfers, ({ until }) => until)}::bigint[]) AS until ORDER BY 1 OFFSET 0) t`);
}

/** All pieces of the transfer that begins there, by their serials. */
function piecesFrom(moves: readonly LotMove[], first: number): LotMove[] {
  let end = first + 1;
  while (end < moves.length && moves[end]?.transferId === moves[first]?.transferId) end += 1;
  const pieces = moves.slice(first, end);
  return pieces.length === 1 ? pieces : pieces.sort((left, right) => compare(left.from, right.from));
}

/** Each row where it is at the end of the batch. A lot that only moved, or shrank from above, keeps its row. */
async function saveLots(tx: Writer, { placed }: LotChanges): Promise<void> {
  const [changed, made]: [PlacedLot[], PlacedLot[]] = [[], []];
  for (const place of placed) (place.isFresh ? made : changed).push(place);
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
    SELECT unnest(${bigintsOf(lots, ({ lot }) => lot.from)}::bigint[]) AS serial_from,
      unnest(${bigintsOf(lots, ({ lot }) => lot.until)}::bigint[]) AS serial_until,
      unnest(${bigintsOf(lots, ({ accountId }) => accountId)}::bigint[]) AS account_id,
      unnest(${uuidsOf(lots, ({ lot }) => lot.fact.id)}::uuid[]) AS fact_id,
      unnest(${uuidsOf(lots, ({ lot }) => lot.arrivedBy)}::uuid[]) AS arrived_by,
      'epoch'::timestamptz
        + unnest(${bigintsOf(lots, ({ lot }) => lot.fact.since)}::bigint[]) * interval '1 microsecond' AS since
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

/** The list of an account whose lots were not needed, because it only received, gets those that came. */
async function saveProgress(tx: Writer, { accounts, serials }: Reached, { projected }: WorkDone): Promise<void> {
  await tx.execute(Prisma.sql`
    INSERT INTO lot_progress (account_id, version, struck, lots)
    SELECT n.id, n.version, n.struck, CASE WHEN n.is_whole THEN n.lots ELSE ARRAY(
        SELECT s.serial FROM (SELECT unnest(p.lots) AS serial FROM lot_progress p WHERE p.account_id = n.id
                              UNION ALL SELECT unnest(n.lots)) s ORDER BY 1) END
    FROM (SELECT m.*, (${serials}::bigint[])[m.after + 1 : m.until] AS lots
          FROM (SELECT unnest(${bigintsOf(accounts, ({ id }) => id)}::bigint[]) AS id,
            unnest(${bigintsOf(accounts, ({ version }) => version)}::bigint[]) AS version,
            unnest(${bigintsOf(accounts, ({ struck }) => struck)}::bigint[]) AS struck,
            unnest(${arrayOf(accounts.map(({ isWhole }) => String(isWhole)))}::boolean[]) AS is_whole,
            unnest(${bigintsOf(accounts, ({ after }) => after)}::bigint[]) AS after,
            unnest(${bigintsOf(accounts, ({ until }) => until)}::bigint[]) AS until) m) n
    ON CONFLICT (account_id) DO UPDATE
      SET version = excluded.version, struck = excluded.struck, lots = excluded.lots`);
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

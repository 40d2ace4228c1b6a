import type { Tx } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { LotMove } from './books.ts';
import type { LoadedBooks } from './load.ts';
import type { Lot, LotFact } from './lots.ts';
import { sidesOf, type LotDefect, type WorkDone } from './work-through.ts';
import { arrayOf, textsOf } from './wire.ts';

/** What a batch changed, written with one statement per table. */
export async function saveWork(tx: Tx, books: LoadedBooks, done: WorkDone): Promise<void> {
  if (done.defects.length > 0) await saveDefects(tx, done.defects);
  if (done.projected.length === 0) return;
  if (done.facts.length > 0) await saveFacts(tx, done.facts);
  if (done.moves.length > 0) await saveMoves(tx, done.moves);
  await saveLots(tx, books);
  await saveRestored(tx, books);
  await saveProgress(tx, books, done);
}

async function saveFacts(tx: Tx, facts: readonly LotFact[]): Promise<void> {
  await tx.$executeRaw`
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
      f (id, kind, source_type, source_id, origin_type, origin_id, since, hold_until, expires_at, parent_id)`;
}

async function saveMoves(tx: Tx, moves: readonly LotMove[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO lot_move (transfer_id, serial_from, serial_until, fact_id, before_fact_id, previous_by)
    SELECT * FROM unnest(${arrayOf(moves.map(({ transferId }) => transferId))}::uuid[],
      ${arrayOf(moves.map(({ from }) => from))}::bigint[], ${arrayOf(moves.map(({ until }) => until))}::bigint[],
      ${arrayOf(moves.map(({ fact }) => fact.id))}::uuid[], ${arrayOf(moves.map(({ before }) => before?.id ?? null))}::uuid[],
      ${arrayOf(moves.map(({ previousBy }) => previousBy))}::uuid[])`;
}

interface PlacedLot extends Lot {
  accountId: bigint;
}

/** Only what differs from what was read. A lot that only moved, or shrank from above, keeps its row. */
async function saveLots(tx: Tx, books: LoadedBooks): Promise<void> {
  const gone = new Map(books.stored);
  const changed: PlacedLot[] = [];
  const fresh: PlacedLot[] = [];
  for (const { id: accountId, lots } of books.accounts.values()) {
    for (const lot of lots) {
      const before = gone.get(lot.from);
      const placed = { ...lot, accountId };
      if (before === undefined) fresh.push(placed);
      else {
        gone.delete(lot.from);
        const isSame =
          before.until === lot.until &&
          before.accountId === accountId &&
          before.factId === lot.fact.id &&
          before.arrivedBy === lot.arrivedBy;
        if (!isSame) changed.push(placed);
      }
    }
  }
  if (gone.size > 0) {
    const count = await tx.$executeRaw`
      DELETE FROM lot WHERE serial_from = ANY (${arrayOf([...gone.keys()])}::bigint[])`;
    invariant(count === gone.size, 'lots that were read are still there');
  }
  if (changed.length > 0) await updateLots(tx, changed);
  if (fresh.length > 0) await insertLots(tx, fresh);
}

/** By the rows' places, found one by one: see `load.ts`. Nobody else writes lots while the lock is held. */
async function updateLots(tx: Tx, lots: readonly PlacedLot[]): Promise<void> {
  const count = await tx.$executeRaw`
    UPDATE lot l SET serial_until = n.serial_until, account_id = n.account_id, fact_id = n.fact_id,
      arrived_by = n.arrived_by, since = 'epoch'::timestamptz + n.since * interval '1 microsecond'
    FROM (SELECT s.*, o.place FROM unnest(${arrayOf(lots.map(({ from }) => from))}::bigint[], ${arrayOf(lots.map(({ until }) => until))}::bigint[],
      ${arrayOf(lots.map(({ accountId }) => accountId))}::bigint[], ${arrayOf(lots.map(({ fact }) => fact.id))}::uuid[],
      ${arrayOf(lots.map(({ arrivedBy }) => arrivedBy))}::uuid[], ${arrayOf(lots.map(({ fact }) => fact.since))}::bigint[])
      s (serial_from, serial_until, account_id, fact_id, arrived_by, since)
      CROSS JOIN LATERAL (SELECT t.ctid AS place FROM lot t WHERE t.serial_from = s.serial_from OFFSET 0) o) n
    WHERE l.ctid = n.place`;
  invariant(count === lots.length, 'lots that were read are still there');
}

async function insertLots(tx: Tx, lots: readonly PlacedLot[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO lot (serial_from, serial_until, account_id, fact_id, arrived_by, since)
    SELECT n.serial_from, n.serial_until, n.account_id, n.fact_id, n.arrived_by,
           'epoch'::timestamptz + n.since * interval '1 microsecond'
    FROM unnest(${arrayOf(lots.map(({ from }) => from))}::bigint[], ${arrayOf(lots.map(({ until }) => until))}::bigint[],
      ${arrayOf(lots.map(({ accountId }) => accountId))}::bigint[], ${arrayOf(lots.map(({ fact }) => fact.id))}::uuid[],
      ${arrayOf(lots.map(({ arrivedBy }) => arrivedBy))}::uuid[], ${arrayOf(lots.map(({ fact }) => fact.since))}::bigint[])
      n (serial_from, serial_until, account_id, fact_id, arrived_by, since)`;
}

async function saveRestored(tx: Tx, { returns }: LoadedBooks): Promise<void> {
  const rows = [...returns].flatMap(([transferId, { restoredMinor }]) =>
    [...restoredMinor].map(([factId, amount]) => ({ transferId, factId, amount })),
  );
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO lot_restored (transfer_id, fact_id, amount)
    SELECT * FROM unnest(${arrayOf(rows.map(({ transferId }) => transferId))}::uuid[],
      ${arrayOf(rows.map(({ factId }) => factId))}::uuid[], ${arrayOf(rows.map(({ amount }) => amount))}::bigint[])
    ON CONFLICT (transfer_id, fact_id) DO UPDATE SET amount = excluded.amount`;
}

async function saveProgress(tx: Tx, { accounts }: LoadedBooks, { projected }: WorkDone): Promise<void> {
  const touched = new Set(projected.flatMap(sidesOf).map(({ accountId }) => accountId));
  const books = [...accounts.values()].filter(({ id }) => touched.has(id));
  await tx.$executeRaw`
    INSERT INTO lot_progress (account_id, version, struck)
    SELECT * FROM unnest(${arrayOf(books.map(({ id }) => id))}::bigint[],
      ${arrayOf(books.map(({ version }) => version))}::bigint[], ${arrayOf(books.map(({ struck }) => struck))}::bigint[])
    ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, struck = excluded.struck`;
  const lastTime = projected.reduce((latest, { bookedAt }) => (bookedAt > latest ? bookedAt : latest), 0n);
  await tx.$executeRaw`
    UPDATE lot_projection SET batch = batch + 1, last_time = greatest(last_time, 'epoch'::timestamptz + ${lastTime}::bigint * interval '1 microsecond')`;
}

async function saveDefects(tx: Tx, defects: readonly LotDefect[]): Promise<void> {
  await tx.lotDefect.createMany({ data: [...defects], skipDuplicates: true });
}

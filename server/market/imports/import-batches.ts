import { addListings, changeListings, versionAfter } from '#server/market/catalogue/listing-batches.ts';
import type { ChangedListing, NewListing } from '#server/market/catalogue/listing-batches.ts';
import { changeOf } from '#server/market/catalogue/listing-changes.ts';
import { lockListings, type LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { keptVersions, type KeptVersion } from '#server/market/catalogue/listing-versions.ts';
import { listingsOfKeys } from '#server/market/catalogue/seller-keys.ts';
import { lockShelf, shelfRoom, type ShelfRoom } from '#server/market/catalogue/shelf.ts';
import { foreignUploads } from '#server/market/imports/import-checks.ts';
import { tellOfEnd } from '#server/market/imports/import-notices.ts';
import { effectOf, needOf, type Effect } from '#server/market/imports/import-rules.ts';
import { findings, importRules, rowStates, type ImportRule } from '#server/market/imports/import-schema.ts';
import { unpackTerms, wantedOf, type Seen } from '#server/market/imports/import-terms.ts';
import { heldAmong } from '#server/market/people/holds.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { asRefusal } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { z } from '#server/platform/zod.ts';

interface Tools {
  clock: Clock;
  ids: Ids;
}

/** Rows of one transaction. */
export const batchRowsUsual = 250;

const storedRow = z.object({ finding: z.enum(findings), stateWanted: z.enum(rowStates) });

type Row = Awaited<ReturnType<typeof nextRows>>[number];

/** What became of a row. */
interface Outcome {
  rowNumber: number;
  outcome: 'created' | 'updated' | 'kept' | 'skipped' | 'left';
  code: string | null;
  listingId: string | null;
  before: Seen | null;
  after: Seen | null;
}

/**
 * Applies the next rows of an import, all of them or none: what became of each is written with it, so that a row is dealt
 * with once, whoever is killed. Locks: the import, listings in the order of their ids, the seller's shelf. Answers how
 * many rows there were; 0 too where it was stopped, or another worker is at it.
 */
export async function applyBatch(
  tx: Tx,
  input: Tools & { importId: string; batchRows: number },
): Promise<{ claimed: number }> {
  const { importId, batchRows, clock } = input;
  const [locked] = await tx.$queryRaw<{ sellerId: string; fileName: string; rule: string; doneThrough: number }[]>`
    SELECT seller_id AS "sellerId", file_name AS "fileName", rule, done_through AS "doneThrough"
      FROM listing_import
     WHERE id = ${importId}::uuid AND state = 'applying'
       FOR NO KEY UPDATE SKIP LOCKED`;
  if (locked === undefined) return { claimed: 0 };
  const { sellerId, fileName, doneThrough } = locked;
  const rule = z.enum(importRules).parse(locked.rule);
  const rows = await nextRows(tx, { importId, after: doneThrough, take: batchRows });
  if (rows.length > 0) await dealWith(tx, { ...input, sellerId, rule, rows });
  const isLast = rows.length < batchRows;
  if (isLast) await tellOfEnd(tx, input, { id: importId, sellerId, fileName, state: 'applied' });
  await tx.listingImport.update({
    where: { id: importId },
    data: {
      doneThrough: rows.at(-1)?.rowNumber ?? doneThrough,
      attempts: 0,
      updatedAt: clock.now(),
      ...(isLast ? { state: 'applied' } : {}),
    },
    select: { id: true },
  });
  return { claimed: rows.length };
}

function nextRows(tx: Tx, { importId, after, take }: { importId: string; after: number; take: number }) {
  return tx.listingImportRow.findMany({
    where: { importId, rowNumber: { gt: after } },
    orderBy: { rowNumber: 'asc' },
    take,
    select: {
      ...{ rowNumber: true, sku: true, finding: true, isFirst: true, isLast: true, stateWanted: true },
      ...{ matchedId: true, seen: true, terms: true },
    },
  });
}

interface Batch extends Tools {
  importId: string;
  sellerId: string;
}

async function dealWith(tx: Tx, input: Batch & { rule: ImportRule; rows: readonly Row[] }): Promise<void> {
  const { importId, sellerId, clock, ids, rows, rule } = input;
  const planned = rows.map((row) => ({ row, effect: effectOfRow(row, rule) }));
  const shelf = await readShelf(tx, { sellerId, clock, planned, rule });
  const added: (NewListing & { sku: string | null })[] = [];
  const changes: ChangedListing[] = [];
  const outcomes = planned.map(({ row, effect }): Outcome => {
    const settled = { rowNumber: row.rowNumber, code: null, listingId: row.matchedId, before: null, after: null };
    if (effect === 'skip') return { ...settled, outcome: 'skipped' };
    if (effect === 'keep') return { ...settled, outcome: 'kept' };
    const result = effect === 'create' ? newListing(row, { shelf, ids }) : changedListing(row, shelf);
    if ('code' in result) return { ...settled, outcome: 'left', code: result.code };
    if ('change' in result) {
      changes.push(result);
      return { ...settled, outcome: 'updated', before: row.seen as unknown as Seen, after: seenAfter(result) };
    }
    added.push({ ...result, sku: keyOfNew(row, rule) });
    return { ...settled, outcome: 'created', listingId: result.id, after: seenNew(result) };
  });
  await addListings(tx, { sellerId, clock, ids, listings: added });
  await changeListings(tx, { sellerId, clock, ids, changes });
  await keepSkus(tx, { sellerId, added });
  await writeOutcomes(tx, { importId, outcomes });
}

function effectOfRow(row: Row, rule: ImportRule): Effect {
  const { finding } = storedRow.parse(row);
  return effectOf({ finding, isMatched: row.matchedId !== null, isFirst: row.isFirst, isLast: row.isLast }, rule);
}

/** What the rows of a batch meet: locked listings as they stand, and what there is room for. */
interface Shelf {
  listings: ReadonlyMap<string, LockedListing>;
  versions: ReadonlyMap<string, KeptVersion>;
  held: ReadonlySet<string>;
  /** Row numbers whose pictures or files are gone, or whose key was given to another listing since. */
  missing: ReadonlyMap<number, string>;
  room: ShelfRoom;
}

async function readShelf(
  tx: Tx,
  input: { sellerId: string; clock: Clock; planned: readonly { row: Row; effect: Effect }[]; rule: ImportRule },
): Promise<Shelf> {
  const { sellerId, clock, planned, rule } = input;
  const written = planned.filter(({ effect }) => effect === 'create' || effect === 'update');
  const ids = written.flatMap(({ row, effect }) =>
    effect === 'update' && row.matchedId !== null ? [row.matchedId] : [],
  );
  const listings = await lockListings(tx, ids);
  const versions = await keptVersions(
    tx,
    [...listings.values()].map(({ id, version }) => ({ listingId: id, version })),
  );
  await lockShelf(tx, sellerId);
  const rows = written.map(({ row }) => ({ rowNumber: row.rowNumber, terms: unpackTerms(row.terms) }));
  const missing = await foreignUploads(tx, { sellerId, rows });
  const keys = written.flatMap(({ row }) => keyOfNew(row, rule) ?? []);
  const named = await listingsOfKeys(tx, { sellerId, keys });
  const taken = written.filter(({ row }) => named.has(keyOfNew(row, rule) ?? ''));
  return {
    listings,
    versions,
    held: ids.length === 0 ? new Set() : await heldAmong(tx, ids),
    missing: new Map([
      ...missing.map(({ rowNumber, code }) => [rowNumber, code] as const),
      ...taken.map(({ row }) => [row.rowNumber, 'seller_key_taken'] as const),
    ]),
    room: await shelfRoom(tx, { sellerId, clock }),
  };
}

/** The key that a new listing gets; what changes one has none here. */
function keyOfNew({ sku, isFirst }: Row, rule: ImportRule): string | null {
  return rule === 'create' && !isFirst ? null : sku;
}

interface Refused {
  code: string;
}

/** Takes what a row needs of the shelf, where there is room. */
function takeRoom({ room }: Shelf, need: ReturnType<typeof needOf>): Refused | null {
  if (need === 'on_sale' && room.onSale !== null) {
    if (room.onSale === 0) return { code: 'listing_limit' };
    room.onSale -= 1;
  }
  if (need === 'draft') {
    if (room.drafts === 0) return { code: 'draft_limit' };
    room.drafts -= 1;
  }
  return null;
}

function newListing(row: Row, { shelf, ids }: { shelf: Shelf; ids: Ids }): NewListing | Refused {
  const { stateWanted } = storedRow.parse(row);
  const missing = shelf.missing.get(row.rowNumber);
  if (missing !== undefined) return { code: missing };
  const refused = takeRoom(shelf, needOf('create', { stateWanted, stateSeen: null }));
  return refused ?? { id: ids.uuid(), state: stateWanted, terms: unpackTerms(row.terms) };
}

/** What was looked at before must still be so: whoever changed the listing meanwhile is not overwritten. */
function changedListing(row: Row, shelf: Shelf): ChangedListing | Refused {
  const { stateWanted } = storedRow.parse(row);
  const current = shelf.listings.get(row.matchedId ?? '');
  const kept = shelf.versions.get(row.matchedId ?? '');
  const seen = row.seen as unknown as Seen | null;
  const missing = shelf.missing.get(row.rowNumber);
  if (missing !== undefined) return { code: missing };
  if (current === undefined || kept === undefined || seen === null) return { code: 'listing_not_found' };
  if (current.state === 'archived') return { code: 'listing_archived' };
  const isSame = current.version === seen.version && current.state === seen.state;
  if (!isSame || current.acceptsItself !== seen.acceptsItself || current.takesOffers !== seen.takesOffers)
    return { code: 'listing_changed' };
  const need = needOf('update', { stateWanted, stateSeen: current.state });
  if (need === 'on_sale' && shelf.held.has(current.id)) return { code: 'listing_held' };
  try {
    const change = changeOf(current, { wanted: wantedOf(current.id, { terms: unpackTerms(row.terms), seen }), kept });
    return takeRoom(shelf, need) ?? { current, change, state: stateWanted };
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal === null) throw error;
    return { code: refusal.code };
  }
}

/** What a listing is once a change of it is written. */
export function seenAfter(changed: ChangedListing): Seen {
  const { row, plan } = changed.change;
  return {
    version: versionAfter(changed),
    state: changed.state,
    stock: row.stock,
    acceptsItself: changed.change.acceptsItself,
    takesOffers: changed.change.takesOffers,
    variants: plan.offered.map(({ values, stock }) => ({ values: [...values], stock })),
  };
}

function seenNew({ state, terms }: NewListing): Seen {
  const variants = terms.variants.map(({ values, stock }) => ({ values, stock }));
  const { acceptsItself = null, takesOffers = true } = terms;
  return { version: 1, state, stock: terms.stock, acceptsItself, takesOffers, variants };
}

/** A key that named an archived listing names the new one. */
async function keepSkus(
  tx: Tx,
  { sellerId, added }: { sellerId: string; added: readonly { id: string; sku: string | null }[] },
): Promise<void> {
  const skus = added.flatMap(({ id, sku }) => (sku === null ? [] : [{ id, sku }]));
  if (skus.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO listing_sku (seller_id, sku, listing_id)
    SELECT ${sellerId}::uuid, named.sku, named.id
      FROM jsonb_to_recordset(${JSON.stringify(skus)}::jsonb) AS named (id uuid, sku text)
        ON CONFLICT (seller_id, sku) DO UPDATE SET listing_id = excluded.listing_id`;
}

async function writeOutcomes(
  tx: Tx,
  { importId, outcomes }: { importId: string; outcomes: readonly Outcome[] },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE listing_import_row
       SET outcome = done.outcome, outcome_code = done.code, listing_id = done."listingId",
           before = done.before, after = done.after
      FROM jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb)
        AS done ("rowNumber" integer, outcome text, code text, "listingId" uuid, before jsonb, after jsonb)
     WHERE import_id = ${importId}::uuid AND row_number = done."rowNumber"`;
}

import { listingTerms, type ListingState } from '#server/market/catalogue/catalogue-schema.ts';
import { changeListings } from '#server/market/catalogue/listing-batches.ts';
import type { ChangedListing } from '#server/market/catalogue/listing-batches.ts';
import { changeOf } from '#server/market/catalogue/listing-changes.ts';
import { lockListings, type LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { canonical } from '#server/market/catalogue/listing-rules.ts';
import { keptVersions, type KeptVersion } from '#server/market/catalogue/listing-versions.ts';
import { lockShelf, shelfRoom, type ShelfRoom } from '#server/market/catalogue/shelf.ts';
import { tellOfEnd } from '#server/market/imports/import-notices.ts';
import { termsOf } from '#server/market/imports/import-rows.ts';
import { seenOf, wantedOf, type Seen } from '#server/market/imports/import-terms.ts';
import { heldAmong } from '#server/market/people/holds.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { asRefusal } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';

interface Undone {
  rowNumber: number;
  outcome: 'archived' | 'restored' | 'left';
  code: string | null;
}

/**
 * Takes back what an import did with its next rows: what it made is archived, what it changed is again what it was. What
 * was changed or sold since is left as it is and told. Locks and answers as `applyBatch`.
 */
export async function undoBatch(
  tx: Tx,
  input: { importId: string; batchRows: number; clock: Clock; ids: Ids },
): Promise<{ claimed: number }> {
  const { importId, batchRows, clock } = input;
  const [locked] = await tx.$queryRaw<{ sellerId: string; fileName: string; undoneThrough: number }[]>`
    SELECT seller_id AS "sellerId", file_name AS "fileName", undone_through AS "undoneThrough"
      FROM listing_import
     WHERE id = ${importId}::uuid AND state = 'undoing'
       FOR NO KEY UPDATE SKIP LOCKED`;
  if (locked === undefined) return { claimed: 0 };
  const rows = await tx.listingImportRow.findMany({
    where: { importId, rowNumber: { gt: locked.undoneThrough }, outcome: { in: ['created', 'updated'] } },
    orderBy: { rowNumber: 'asc' },
    take: batchRows,
    select: { rowNumber: true, listingId: true, before: true, after: true },
  });
  const { sellerId, fileName } = locked;
  if (rows.length > 0) await takeBack(tx, { ...input, sellerId, rows });
  const isLast = rows.length < batchRows;
  if (isLast) await tellOfEnd(tx, input, { id: importId, sellerId, fileName, state: 'undone' });
  await tx.listingImport.update({
    where: { id: importId },
    data: {
      undoneThrough: rows.at(-1)?.rowNumber ?? locked.undoneThrough,
      attempts: 0,
      updatedAt: clock.now(),
      ...(isLast ? { state: 'undone' } : {}),
    },
    select: { id: true },
  });
  return { claimed: rows.length };
}

interface Row {
  rowNumber: number;
  listingId: string | null;
  before: unknown;
  after: unknown;
}

interface Shelf {
  listings: ReadonlyMap<string, LockedListing>;
  now: ReadonlyMap<string, KeptVersion>;
  then: ReadonlyMap<string, KeptVersion>;
  held: ReadonlySet<string>;
  room: ShelfRoom;
}

async function takeBack(
  tx: Tx,
  input: { importId: string; sellerId: string; rows: readonly Row[]; clock: Clock; ids: Ids },
): Promise<void> {
  const { importId, rows, ...seller } = input;
  const ids = rows.flatMap(({ listingId }) => listingId ?? []);
  const listings = await lockListings(tx, ids);
  const [now, then] = [
    await keptVersions(
      tx,
      [...listings.values()].map(({ id, version }) => ({ listingId: id, version })),
    ),
    await keptVersions(
      tx,
      rows.flatMap(({ listingId, before }) =>
        listingId === null || before === null ? [] : [{ listingId, version: (before as Seen).version }],
      ),
    ),
  ];
  await lockShelf(tx, seller.sellerId);
  const shelf = { listings, now, then, held: await heldAmong(tx, ids), room: await shelfRoom(tx, seller) };
  const changes: ChangedListing[] = [];
  const undone = rows.map((row): Undone => {
    const result = rowUndone(row, shelf);
    if (typeof result === 'string') return { rowNumber: row.rowNumber, outcome: 'left', code: result };
    changes.push(result);
    return { rowNumber: row.rowNumber, outcome: row.before === null ? 'archived' : 'restored', code: null };
  });
  await changeListings(tx, { ...seller, changes });
  await tx.$executeRaw`
    UPDATE listing_import_row
       SET undo_outcome = done.outcome, undo_code = done.code
      FROM jsonb_to_recordset(${JSON.stringify(undone)}::jsonb) AS done ("rowNumber" integer, outcome text, code text)
     WHERE import_id = ${importId}::uuid AND row_number = done."rowNumber"`;
}

/** What a listing becomes again, or the code of why it is left. */
function rowUndone({ listingId, before, after }: Row, shelf: Shelf): ChangedListing | string {
  const current = shelf.listings.get(listingId ?? '');
  const kept = shelf.now.get(listingId ?? '');
  if (current === undefined || kept === undefined) return 'listing_not_found';
  if (current.state === 'archived') return 'listing_archived';
  const isCreated = before === null;
  const { version, state, acceptsItself, takesOffers } = after as Seen;
  if (current.version !== version || current.state !== state) return 'listing_changed';
  if (current.acceptsItself !== acceptsItself || current.takesOffers !== takesOffers) return 'listing_changed';
  if (isCreated) return sameTerms({ current, kept, state: 'archived' });
  if (canonical(seenOf(current)) !== canonical(after)) return 'stock_changed';
  const seen = before as Seen;
  const refused = refusalOf(seen.state, { current, shelf });
  const then = shelf.then.get(current.id);
  if (refused !== null || then === undefined) return refused ?? 'listing_not_found';
  return restored({ current, kept, then, seen });
}

/** What was on sale comes back only where the house and the seller's limit let it. */
function refusalOf(to: ListingState, { current, shelf }: { current: LockedListing; shelf: Shelf }): string | null {
  if (to !== 'published' || current.state === 'published') return null;
  if (shelf.held.has(current.id)) return 'listing_held';
  if (shelf.room.onSale === 0) return 'listing_limit';
  if (shelf.room.onSale !== null) shelf.room.onSale -= 1;
  return null;
}

/** The listing as it stands, in another state. */
function sameTerms({
  current,
  kept,
  state,
}: {
  current: LockedListing;
  kept: KeptVersion;
  state: ListingState;
}): ChangedListing {
  const terms = listingTerms.parse(termsOf({ current, kept }));
  const wanted = wantedOf(current.id, { terms, seen: seenOf(current) });
  return { current, change: changeOf(current, { wanted, kept }), state };
}

function restored(input: {
  current: LockedListing;
  kept: KeptVersion;
  then: KeptVersion;
  seen: Seen;
}): ChangedListing | string {
  const { current, kept, then, seen } = input;
  const stocks = new Map(seen.variants.map(({ values, stock }) => [JSON.stringify(values), stock]));
  const variants = (then.variants as { values: string[]; priceMinor: string }[]).map(({ values, priceMinor }) => ({
    values,
    priceMinor: BigInt(priceMinor),
    stock: stocks.get(JSON.stringify(values)) ?? null,
  }));
  const { content } = termsOf({ current, kept: then });
  const terms = listingTerms.parse({
    ...{
      ...then,
      category: then.categorySlug,
      content,
      variants,
      stock: seen.stock,
      acceptsItself: seen.acceptsItself,
      takesOffers: seen.takesOffers,
    },
  });
  const wanted = wantedOf(current.id, { terms, seen: seenOf(current) });
  try {
    return { current, change: changeOf(current, { wanted, kept }), state: seen.state };
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal === null) throw error;
    return refusal.code;
  }
}

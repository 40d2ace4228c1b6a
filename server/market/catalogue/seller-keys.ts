import { lockShelf } from '#server/market/catalogue/shelf.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { z } from '#server/platform/zod.ts';

/** The words that sellers have for their own listings; without one, a listing's id is its key. */

/**
 * Gives a listing its seller's own key, or takes it away; left out, it stays as it is. What is archived gives its key up.
 * Refuses: `seller_key_taken` (another listing of theirs that is not archived has it).
 */
export async function keepSellerKey(
  tx: Tx,
  input: { sellerId: string; listingId: string; sellerKey: string | null | undefined },
): Promise<void> {
  const { sellerId, listingId, sellerKey: sku } = input;
  if (sku === undefined) return;
  await lockShelf(tx, sellerId);
  if (sku === null) {
    await tx.listingSku.deleteMany({ where: { listingId } });
    return;
  }
  const namedId = (await listingsOfKeys(tx, { sellerId, keys: [sku] })).get(sku);
  if (namedId !== undefined && namedId !== listingId) throw sellerKeyTaken();
  await tx.listingSku.deleteMany({ where: { sellerId, OR: [{ listingId }, { sku }] } });
  await tx.listingSku.createMany({ data: [{ sellerId, sku, listingId }] });
}

function sellerKeyTaken(): Error {
  return refuse('conflict', 'seller_key_taken', 'Another listing of yours has this key already. Choose another.');
}

const uuid = z.uuid();

/** The seller's listings that the keys name, by their own word or by their id; what is archived names nothing. */
export async function listingsOfKeys(
  db: Db,
  { sellerId, keys }: { sellerId: string; keys: readonly string[] },
): Promise<Map<string, string>> {
  const ids = keys.filter((key) => uuid.safeParse(key).success);
  const isOpen = { state: { not: 'archived' } };
  const [words, listings] = await Promise.all([
    db.listingSku.findMany({
      where: { sellerId, sku: { in: [...keys] }, listing: isOpen },
      select: { sku: true, listingId: true },
      take: Math.max(keys.length, 1),
    }),
    db.listing.findMany({
      where: { sellerId, id: { in: ids }, sku: null, ...isOpen },
      select: { id: true },
      take: Math.max(ids.length, 1),
    }),
  ]);
  const known = new Map(listings.map(({ id }) => [id, id]));
  for (const { sku, listingId } of words) known.set(sku, listingId);
  return known;
}

/** The sellers' own keys of listings, of those that have one. */
export async function sellerKeysOf(db: Db, listingIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.listingSku.findMany({
    where: { listingId: { in: [...listingIds] } },
    select: { listingId: true, sku: true },
    take: Math.max(listingIds.length, 1),
  });
  return new Map(rows.map(({ listingId, sku }) => [listingId, sku]));
}

import { listingNotFound } from '#server/market/catalogue/listings.ts';
import { listingSelected, withSellers } from '#server/market/catalogue/listing-rows.ts';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import { withSales } from '#server/market/discounts/sale-queries.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';

/** Listings that a citizen looked at: only ever theirs to see. */

/** So many are kept of one citizen; the oldest are forgotten. */
export const viewedMax = 50;

interface ViewInput {
  citizenId: string;
  listingId: string;
}

/** Remembers that a citizen looked at a listing, not at one of their own. Refuses: `listing_not_found` (nor on sale). */
export async function rememberView(tx: Tx, input: ViewInput & { clock: Clock }): Promise<void> {
  const { citizenId, listingId, clock } = input;
  const listing = await tx.listing.findUnique({ where: { id: listingId }, select: { sellerId: true, state: true } });
  if (listing === null || listing.state !== 'published') throw listingNotFound();
  if (listing.sellerId === citizenId) return;
  await lockName(tx, `market.viewed:${citizenId}`);
  const viewedAt = clock.now();
  await tx.viewedListing.upsert({
    where: { citizenId_listingId: { citizenId, listingId } },
    create: { citizenId, listingId, viewedAt },
    update: { viewedAt },
    select: { listingId: true },
  });
  await tx.$executeRaw`
    DELETE FROM viewed_listing WHERE citizen_id = ${citizenId}::uuid AND listing_id IN (
      SELECT listing_id FROM viewed_listing WHERE citizen_id = ${citizenId}::uuid
       ORDER BY viewed_at DESC, listing_id DESC OFFSET ${viewedMax})`;
}

/** Forgets all that a citizen looked at. */
export async function forgetViews(tx: Tx, citizenId: string): Promise<void> {
  await tx.viewedListing.deleteMany({ where: { citizenId } });
}

/** What a citizen looked at last and is still on sale, the latest first. */
export async function viewedBy(db: Db, input: { citizenId: string; limit: number; now: Date }): Promise<ListingCard[]> {
  const rows = await db.viewedListing.findMany({
    where: { citizenId: input.citizenId, listing: { state: 'published' } },
    orderBy: [{ viewedAt: 'desc' }, { listingId: 'desc' }],
    take: input.limit,
    select: { listing: { select: listingSelected } },
  });
  const cards = await withSellers(
    db,
    rows.map(({ listing }) => listing),
  );
  return withSales(db, { cards, now: input.now });
}

import { cutPage, readTimeCursor, timeCursor, type PageInput } from '#server/market/cursors.ts';
import { listingSelected, withSellers, type ListingRow } from '#server/market/catalogue/listing-rows.ts';
import { withSales } from '#server/market/discounts/sale-queries.ts';
import type { Page } from '#server/market/schema.ts';
import type { Wish } from '#server/market/wishlist/wishlist-schema.ts';
import { ducat } from '#server/money/money.ts';
import type { Db } from '#server/platform/db.ts';

/** What a citizen wishes for, the latest first. Refuses: `invalid_cursor`. */
export async function wishesOf(db: Db, input: PageInput & { citizenId: string; now: Date }): Promise<Page<Wish>> {
  const { citizenId, cursor, limit, now } = input;
  const rows = await db.wishlistItem.findMany({
    where: { citizenId, ...addedBefore(cursor) },
    orderBy: [{ addedAt: 'desc' }, { listingId: 'desc' }],
    take: limit + 1,
    select: {
      listingId: true,
      addedAt: true,
      title: true,
      priceMinor: true,
      wasAvailable: true,
      listing: { select: listingSelected },
    },
  });
  const cursorOf = (row: { addedAt: Date; listingId: string }) => timeCursor({ time: row.addedAt, id: row.listingId });
  const { items, nextCursor } = cutPage(rows, { limit, cursorOf });
  const cards = await withSales(db, { cards: await withSellers(db, items.map(shownOf)), now });
  const wishes = items.flatMap(({ addedAt, priceMinor, wasAvailable }, index) => {
    const listing = cards[index];
    if (listing === undefined) return [];
    const isAvailable = listing.state === 'published' && listing.stock !== 0;
    const shown = listing.state === 'published' ? listing : { ...listing, sale: null };
    return [{ listing: shown, addedAt, priceThenMinor: ducat(priceMinor), wasAvailable, isAvailable }];
  });
  return { items: wishes, nextCursor };
}

/** What its seller keeps from the market is nobody else's to read: then it is shown as it was. */
function shownOf(row: { title: string; priceMinor: bigint; listing: ListingRow }): ListingRow {
  const { listing, title, priceMinor } = row;
  return listing.state === 'published' ? listing : { ...listing, title, priceMinor, pictures: [] };
}

function addedBefore(cursor: string | undefined) {
  if (cursor === undefined) return {};
  const { time, id } = readTimeCursor(cursor);
  return { addedAt: { lte: time }, OR: [{ addedAt: { lt: time } }, { listingId: { lt: id } }] };
}

/** Which of the listings a citizen wishes for. */
export async function wishedAmong(db: Db, input: { citizenId: string; listingIds: string[] }): Promise<string[]> {
  const { citizenId, listingIds } = input;
  if (listingIds.length === 0) return [];
  const rows = await db.wishlistItem.findMany({
    where: { citizenId, listingId: { in: listingIds } },
    take: listingIds.length,
    select: { listingId: true },
  });
  return rows.map(({ listingId }) => listingId);
}

/** How many a citizen wishes for. */
export function wishCount(db: Db, citizenId: string): Promise<number> {
  return db.wishlistItem.count({ where: { citizenId } });
}

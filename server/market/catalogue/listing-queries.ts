import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import type { CategoryCount, ListingCard, ListingView } from '#server/market/catalogue/catalogue-schema.ts';
import { listingSelected, withSellers } from '#server/market/catalogue/listing-rows.ts';
import { listingNotFound } from '#server/market/catalogue/listings.ts';
import type { Page } from '#server/market/schema.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Db } from '#server/platform/db.ts';

/** All categories in their fixed order, with how many listings are on sale in each. */
export async function categories(db: Db): Promise<CategoryCount[]> {
  const rows = await db.$queryRaw<{ slug: string; nameEn: string; nameIt: string; listings: number }[]>(Prisma.sql`
    SELECT slug, name_en AS "nameEn", name_it AS "nameIt",
           (SELECT count(*) FROM listing WHERE category_slug = slug AND state = 'published')::integer AS listings
      FROM category
     ORDER BY position`);
  return rows.map((row) => ({ ...row, slug: storedListingWords.category.parse(row.slug) }));
}

/** One listing. A withdrawn one is shown to its seller only. Refuses: `listing_not_found`. */
export async function listingById(
  db: Db,
  input: { listingId: string; visitorId: string | null },
): Promise<ListingView> {
  const row = await db.listing.findUnique({
    where: { id: input.listingId },
    select: { ...listingSelected, description: true, updatedAt: true },
  });
  if (row === null || (row.state === 'withdrawn' && row.sellerId !== input.visitorId)) throw listingNotFound();
  const [card] = await withSellers(db, [row]);
  if (card === undefined) throw listingNotFound();
  return { ...card, description: row.description, updatedAt: row.updatedAt };
}

/** A seller's own listings, withdrawn ones included, newest first. Refuses: `invalid_cursor`. */
export async function ownListings(db: Db, input: PageInput & { sellerId: string }): Promise<Page<ListingCard>> {
  const rows = await db.listing.findMany({
    where: { sellerId: input.sellerId, ...olderThan(input.cursor) },
    select: listingSelected,
    orderBy: newestFirst,
    take: input.limit + 1,
  });
  const page = cutPage(rows, { limit: input.limit, cursorOf: createdCursor });
  return { items: await withSellers(db, page.items), nextCursor: page.nextCursor };
}

import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import type { CategoryCount, ListingView, OwnListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import { listingSelected, withSellers } from '#server/market/catalogue/listing-rows.ts';
import { listingNotFound } from '#server/market/catalogue/listings.ts';
import { sellerKeysOf } from '#server/market/catalogue/seller-keys.ts';
import { withSales } from '#server/market/discounts/sale-queries.ts';
import type { Page } from '#server/market/schema.ts';
import { ducat } from '#server/money/money.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Db } from '#server/platform/db.ts';

/** The categories at the top in their fixed order, with how many listings are on sale in each branch. */
export async function categories(db: Db): Promise<CategoryCount[]> {
  const rows = await db.$queryRaw<{ slug: string; nameEn: string; nameIt: string; listings: number }[]>(Prisma.sql`
    SELECT top.slug, top.name_en AS "nameEn", top.name_it AS "nameIt", coalesce(sum(counted.listings), 0)::integer AS listings
      FROM category top
      LEFT JOIN (SELECT category_slug, count(*) AS listings FROM listing WHERE state = 'published' GROUP BY 1) counted
        ON counted.category_slug = top.slug OR starts_with(counted.category_slug, top.slug || '-')
     WHERE top.parent_slug IS NULL
     GROUP BY top.slug
     ORDER BY top.position`);
  return rows.map((row) => ({ ...row, slug: storedListingWords.category.parse(row.slug) }));
}

/** One listing. What is not on sale is shown to its seller only. Refuses: `listing_not_found`. */
export async function listingById(
  db: Db,
  input: { listingId: string; visitorId: string | null },
): Promise<ListingView> {
  const row = await db.listing.findUnique({ where: { id: input.listingId }, select: viewSelected });
  if (row === null || (row.state !== 'published' && row.sellerId !== input.visitorId)) throw listingNotFound();
  const [card] = await withSellers(db, [row]);
  if (card === undefined) throw listingNotFound();
  const isOwn = row.sellerId === input.visitorId;
  const ownKeys = isOwn ? await sellerKeysOf(db, [row.id]) : null;
  return {
    ...card,
    description: row.description,
    categorySlug: row.categorySlug,
    tags: row.tags,
    attributes: storedListingWords.attributes.parse(row.attributes),
    options: storedListingWords.options.parse(row.options),
    variants: row.variants.map((variant) => ({ ...variant, priceMinor: ducat(variant.priceMinor) })),
    pictures: storedListingWords.pictures.parse(row.pictures),
    availability: row.availability,
    deliveryDays: row.deliveryDays,
    quantitySteps: storedListingWords.quantitySteps.parse(row.quantitySteps),
    acceptsItself: isOwn ? row.acceptsItself : null,
    takesOffers: row.takesOffers,
    sellerKey: ownKeys?.get(row.id) ?? null,
    updatedAt: row.updatedAt,
  };
}

/** The same with the sale that it is in at this moment. Refuses: `listing_not_found`. */
export async function listingOnShow(
  db: Db,
  input: { listingId: string; visitorId: string | null; now: Date },
): Promise<ListingView> {
  const [shown] = await withSales(db, { cards: [await listingById(db, input)], now: input.now });
  if (shown === undefined) throw listingNotFound();
  return shown;
}

const viewSelected = {
  ...listingSelected,
  description: true,
  tags: true,
  attributes: true,
  availability: true,
  deliveryDays: true,
  quantitySteps: true,
  acceptsItself: true,
  takesOffers: true,
  updatedAt: true,
  variants: {
    where: { isOffered: true },
    orderBy: { position: 'asc' },
    select: { id: true, values: true, priceMinor: true, stock: true },
  },
} satisfies Prisma.ListingSelect;

/** A seller's own listings, in every state, newest first. Refuses: `invalid_cursor`. */
export async function ownListings(db: Db, input: PageInput & { sellerId: string }): Promise<Page<OwnListingCard>> {
  const rows = await db.listing.findMany({
    where: { sellerId: input.sellerId, ...olderThan(input.cursor) },
    select: listingSelected,
    orderBy: newestFirst,
    take: input.limit + 1,
  });
  const page = cutPage(rows, { limit: input.limit, cursorOf: createdCursor });
  const keys = await sellerKeysOf(
    db,
    page.items.map(({ id }) => id),
  );
  const cards = await withSellers(db, page.items);
  const items = cards.map((card) => ({ ...card, sellerKey: keys.get(card.id) ?? null }));
  return { items, nextCursor: page.nextCursor };
}

import { listingSelected, withSellers } from '#server/market/catalogue/listing-rows.ts';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import { withSales } from '#server/market/discounts/sale-queries.ts';
import {
  featuredMax,
  featuredShown,
  type FeaturedStanding,
  type FeaturedView,
} from '#server/market/featured/featured-schema.ts';
import type { Db } from '#server/platform/db.ts';

/** What is featured now and can be bought, in the operators' order. */
export async function featuredNow(db: Db, now: Date): Promise<ListingCard[]> {
  const rows = await db.featuredListing.findMany({
    where: {
      AND: [
        { OR: [{ fromAt: null }, { fromAt: { lte: now } }] },
        { OR: [{ untilAt: null }, { untilAt: { gt: now } }] },
      ],
      listing: { state: 'published', OR: [{ stock: null }, { stock: { gt: 0 } }] },
    },
    orderBy: { position: 'asc' },
    take: featuredShown,
    select: { listing: { select: listingSelected } },
  });
  const cards = await withSellers(
    db,
    rows.map(({ listing }) => listing),
  );
  return withSales(db, { cards, now });
}

/** All that is featured, each with what becomes of it. */
export async function allFeatured(db: Db, now: Date): Promise<FeaturedView[]> {
  const rows = await db.featuredListing.findMany({
    orderBy: { position: 'asc' },
    take: featuredMax,
    select: { fromAt: true, untilAt: true, listing: { select: listingSelected } },
  });
  const cards = await withSellers(
    db,
    rows.map(({ listing }) => listing),
  );
  return rows.flatMap(({ fromAt, untilAt }, index) => {
    const listing = cards[index];
    return listing === undefined
      ? []
      : [{ listing, fromAt, untilAt, standing: standingOf({ listing, fromAt, untilAt, now }) }];
  });
}

function standingOf({
  listing,
  fromAt,
  untilAt,
  now,
}: Omit<FeaturedView, 'standing'> & { now: Date }): FeaturedStanding {
  if (untilAt !== null && untilAt <= now) return 'over';
  if (listing.state !== 'published') return 'not_on_sale';
  if (listing.stock === 0) return 'sold_out';
  return fromAt !== null && fromAt > now ? 'waiting' : 'shown';
}

import { listed, type PersonalDataPart } from '#server/citizens/personal-data.ts';
import { viewedMax } from '#server/market/viewed/viewed-listings.ts';
import { wishesMax } from '#server/market/wishlist/wishlist-schema.ts';
import type { Db } from '#server/platform/db.ts';

/** What a citizen wishes for and looked at. */
export const wishesData: { covers: readonly string[]; parts: readonly PersonalDataPart[] } = {
  covers: ['WishlistItem.citizenId', 'ViewedListing.citizenId'],
  parts: [
    { name: 'wishlist', rows: (db, { citizenId }) => listed(wishes(db, citizenId)) },
    { name: 'viewed', rows: (db, { citizenId }) => listed(views(db, citizenId)) },
  ],
};

function wishes(db: Db, citizenId: string): Promise<object[]> {
  return db.wishlistItem.findMany({
    where: { citizenId },
    orderBy: [{ addedAt: 'desc' }, { listingId: 'desc' }],
    take: wishesMax,
    select: { listingId: true, title: true, priceMinor: true, addedAt: true },
  });
}

function views(db: Db, citizenId: string): Promise<object[]> {
  return db.viewedListing.findMany({
    where: { citizenId },
    orderBy: [{ viewedAt: 'desc' }, { listingId: 'desc' }],
    take: viewedMax,
    select: { listingId: true, viewedAt: true },
  });
}

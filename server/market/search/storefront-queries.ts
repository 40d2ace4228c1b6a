import type {
  FollowedSeller,
  OwnStorefront,
  StorefrontStatistics,
  StorefrontView,
} from '#server/market/search/storefront-schema.ts';
import { createdCursor, cutPage, readTimeCursor } from '#server/market/cursors.ts';
import { hiddenAmong, hiddenOfStorefront } from '#server/market/people/holds.ts';
import { sellerRating } from '#server/market/reviews/ratings.ts';
import type { Page } from '#server/market/schema.ts';
import { citizenById } from '#server/citizens/queries.ts';
import { slugOf } from '#server/market/search/storefronts.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Tier } from '#server/platform/session.ts';

const columns = {
  sellerId: true,
  slug: true,
  username: true,
  displayName: true,
  tier: true,
  title: true,
  about: true,
  bannerPictureId: true,
  bannerAlt: true,
  createdAt: true,
} as const;

/** A storefront by its address, or by the name of its seller, without what the house hides of it. Refuses: `storefront_not_found`. */
export async function storefrontOf(db: Db, seller: string): Promise<StorefrontView> {
  const row =
    (await db.storefront.findUnique({ where: { username: seller }, select: columns })) ??
    (await db.storefront.findUnique({ where: { slug: seller }, select: columns }));
  if (row === null) throw storefrontNotFound();
  const { sellerId, username, displayName, tier, createdAt, ...rest } = row;
  const hidden = await hiddenOfStorefront(db, sellerId);
  return {
    ...rest,
    ...(hidden.includes('storefront') ? { title: '', about: '' } : {}),
    ...(hidden.includes('banner') ? { bannerPictureId: null, bannerAlt: '' } : {}),
    tier: tier as Tier,
    seller: { citizenId: sellerId, username, displayName },
    memberSince: createdAt,
    statistics: await statisticsOf(db, sellerId),
  };
}

export function storefrontNotFound(): Error {
  return refuse('not_found', 'storefront_not_found', 'There is no such storefront.');
}

async function statisticsOf(db: Db, sellerId: string): Promise<StorefrontStatistics> {
  const [[row], rating] = await Promise.all([
    db.$queryRaw<Omit<StorefrontStatistics, 'rating'>[]>`
      SELECT count(*) FILTER (WHERE state = 'published')::integer AS listings,
             coalesce(sum(sold_count), 0)::integer AS sales,
             (SELECT count(*) FROM storefront_follow WHERE seller_id = ${sellerId}::uuid)::integer AS followers
        FROM listing WHERE seller_id = ${sellerId}::uuid`,
    sellerRating(db, sellerId),
  ]);
  return { ...(row ?? { listings: 0, sales: 0, followers: 0 }), rating };
}

/** What the seller's own form is filled with; for a storefront that is not open yet, what it would be. */
export async function ownStorefront(db: Db, sellerId: string): Promise<OwnStorefront> {
  const select = {
    slug: true,
    title: true,
    about: true,
    version: true,
    bannerPictureId: true,
    bannerAlt: true,
  } as const;
  const row = await db.storefront.findUnique({ where: { sellerId }, select });
  if (row !== null) return { ...row, hidden: await hiddenOfStorefront(db, sellerId), isOpen: true };
  const citizen = await citizenById(db, sellerId);
  const banner = { bannerPictureId: null, bannerAlt: '' };
  return {
    slug: slugOf(citizen?.username ?? ''),
    title: '',
    about: '',
    version: 1,
    ...banner,
    hidden: [],
    isOpen: false,
  };
}

/** Sellers whom a citizen follows, the latest first. Refuses: `invalid_cursor`. */
export async function followedSellers(
  db: Db,
  input: { followerId: string; cursor?: string | undefined; limit: number },
): Promise<Page<FollowedSeller>> {
  const { followerId, cursor, limit } = input;
  const rows = await db.storefrontFollow.findMany({
    where: { followerId, ...followedBefore(cursor) },
    select: {
      sellerId: true,
      createdAt: true,
      storefront: { select: { slug: true, displayName: true, title: true, tier: true } },
    },
    orderBy: [{ createdAt: 'desc' }, { sellerId: 'desc' }],
    take: limit + 1,
  });
  const cursorOf = (row: { createdAt: Date; sellerId: string }) =>
    createdCursor({ createdAt: row.createdAt, id: row.sellerId });
  const page = cutPage(rows, { limit, cursorOf });
  const sellerIds = page.items.map(({ sellerId }) => sellerId);
  const hidden = await hiddenAmong(db, { subjectKind: 'storefront', subjectIds: sellerIds });
  const items = page.items.map(({ sellerId, createdAt, storefront }) => ({
    ...storefront,
    ...(hidden.has(sellerId) ? { title: '' } : {}),
    tier: storefront.tier as Tier,
    followedAt: createdAt,
  }));
  return { items, nextCursor: page.nextCursor };
}

function followedBefore(cursor: string | undefined) {
  if (cursor === undefined) return {};
  const { time, id } = readTimeCursor(cursor);
  return { createdAt: { lte: time }, OR: [{ createdAt: { lt: time } }, { sellerId: { lt: id } }] };
}

/** Whether a citizen follows the seller of a storefront; false where there is none. */
export async function isFollowing(db: Db, input: { followerId: string; slug: string }): Promise<boolean> {
  const { followerId, slug } = input;
  return (await db.storefrontFollow.count({ where: { followerId, storefront: { slug } } })) > 0;
}

import { agedRating, daysBetween, meanMilli } from '#server/market/reviews/review-rules.ts';
import type { RatingView } from '#server/market/reviews/review-schema.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Db, Tx } from '#server/platform/db.ts';

/**
 * Adds a buyer's review to the ratings of its listings, or takes it away. The caller holds the listings' rows.
 */
export async function moveListingRatings(
  tx: Tx,
  input: { reviewId: string; stars: number; direction: 1 | -1 },
): Promise<void> {
  const rows = await tx.reviewListing.findMany({
    where: { reviewId: input.reviewId },
    orderBy: { listingId: 'asc' },
    select: { listingId: true },
  });
  const by = { ratingCount: { increment: input.direction }, ratingSum: { increment: input.direction * input.stars } };
  for (const { listingId } of rows)
    await tx.listing.update({ where: { id: listingId }, data: by, select: { id: true } });
}

/**
 * Works out what buyers think of a seller, older reviews weighing less, and keeps it. One at a time for one seller, so that
 * the last of several that come together has seen them all.
 */
export async function computeSellerRating(tx: Tx, input: { sellerId: string; now: Date }): Promise<RatingView> {
  const { sellerId, now: computedAt } = input;
  const blank = { sellerId, reviewCount: 0, starsMilli: null, computedAt };
  await tx.sellerRating.createMany({ data: [blank], skipDuplicates: true });
  await tx.$queryRaw`SELECT seller_id FROM seller_rating WHERE seller_id = ${sellerId}::uuid FOR UPDATE`;
  const groups = await tx.$queryRaw<{ day: Date; stars: number; count: number }[]>`
    SELECT date_trunc('day', shown_at) AS day, stars, count(*)::integer AS count
      FROM review
     WHERE subject_id = ${sellerId}::uuid AND side = 'buyer' AND shown_at IS NOT NULL AND hidden_at IS NULL
     GROUP BY 1, 2 ORDER BY 1, 2`;
  const starsMilli = agedRating(
    groups.map(({ day, stars, count }) => ({ ageDays: daysBetween(day, computedAt), stars, count })),
  );
  const reviewCount = groups.reduce((sum, { count }) => sum + count, 0);
  await tx.sellerRating.update({
    where: { sellerId },
    data: { reviewCount, starsMilli, computedAt },
    select: { sellerId: true },
  });
  return { reviews: reviewCount, starsMilli };
}

/** What buyers think of a seller, as it was worked out last. */
export async function sellerRating(db: Db, sellerId: string): Promise<RatingView> {
  const row = await db.sellerRating.findUnique({
    where: { sellerId },
    select: { reviewCount: true, starsMilli: true },
  });
  return { reviews: row?.reviewCount ?? 0, starsMilli: row?.starsMilli ?? null };
}

/** What buyers think of a listing: all of its reviews alike. */
export async function listingRating(db: Db, listingId: string): Promise<RatingView> {
  const row = await db.listing.findUnique({
    where: { id: listingId },
    select: { ratingCount: true, ratingSum: true },
  });
  const [reviews, sum] = [row?.ratingCount ?? 0, row?.ratingSum ?? 0];
  return { reviews, starsMilli: meanMilli(BigInt(sum), BigInt(reviews)) };
}

/** A listing whose rating is not what its shown reviews say. */
export interface WrongRating {
  listingId: string;
  ratingCount: number;
  ratingSum: number;
  reviewCount: number;
  reviewSum: number;
}

/** Compares the ratings of all listings with the shown reviews of buyers; at most 100 that differ. */
export function wrongRatings(db: Db): Promise<WrongRating[]> {
  return db.$queryRaw<WrongRating[]>(Prisma.sql`
    SELECT l.id AS "listingId", l.rating_count AS "ratingCount", l.rating_sum AS "ratingSum",
           coalesce(r.count, 0)::integer AS "reviewCount", coalesce(r.sum, 0)::integer AS "reviewSum"
      FROM listing l
      LEFT JOIN (
        SELECT rl.listing_id, count(*) AS count, sum(rv.stars) AS sum
          FROM review_listing rl JOIN review rv ON rv.id = rl.review_id
         WHERE rv.shown_at IS NOT NULL AND rv.hidden_at IS NULL
         GROUP BY rl.listing_id
      ) r ON r.listing_id = l.id
     WHERE (l.rating_count, l.rating_sum) <> (coalesce(r.count, 0), coalesce(r.sum, 0))
     ORDER BY l.id
     LIMIT 100`);
}

/** Sets the rating of one listing to what its shown reviews say. The caller holds the listing's row. */
export async function repairRating(tx: Tx, listingId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE listing SET rating_count = r.count, rating_sum = r.sum
      FROM (
        SELECT count(*)::integer AS count, coalesce(sum(rv.stars), 0)::integer AS sum
          FROM review_listing rl JOIN review rv ON rv.id = rl.review_id
         WHERE rl.listing_id = ${listingId}::uuid AND rv.shown_at IS NOT NULL AND rv.hidden_at IS NULL
      ) r
     WHERE id = ${listingId}::uuid`;
}

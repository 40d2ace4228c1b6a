import { notify } from '#server/citizens/notifications.ts';
import { storedListingWords, variantsMax } from '#server/market/catalogue/catalogue-schema.ts';
import { listingNotFound } from '#server/market/catalogue/listings.ts';
import { lowShown, thresholdDefault, type LowListings } from '#server/market/dashboards/dashboard-schema.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { z } from '#server/platform/zod.ts';

/** Choices that one notice names; whoever opens it sees the others. */
const choicesNamed = 3;

/** A choice of which nothing is left. */
const soldOut = z.object({ id: z.uuid(), values: z.array(z.string()) });

interface WatchedRow {
  listingId: string;
  sellerId: string;
  title: string;
  stock: number;
  threshold: number;
  isLow: boolean;
  hasCrossed: boolean;
  soldOut: unknown;
  /** Null where nobody looked before. */
  knownSoldOut: string[] | null;
}

/**
 * Looks at the stock of listings on sale and tells the seller of each that has come down to its threshold since it was
 * looked at last: once for a crossing. Of a listing with choices that has enough it tells which of them sold out since. What
 * began like that is told to nobody. Answers of how many listings sellers were told.
 */
export async function watchStock(
  tx: Tx,
  deps: { clock: Clock; ids: Ids },
  listingIds: readonly string[],
): Promise<number> {
  const rows = await tx.$queryRaw<WatchedRow[]>`
    SELECT looked.*, is_low AND NOT was_low AS "hasCrossed", is_low AS "isLow" FROM (
      SELECT listing.id AS "listingId", listing.seller_id AS "sellerId", listing.title, listing.stock,
             coalesce(watch.threshold, ${thresholdDefault}) AS threshold,
             coalesce(listing.stock <= coalesce(watch.threshold, ${thresholdDefault}), false) AS is_low,
             coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'values', values) ORDER BY position)
                         FROM listing_variant
                        WHERE listing_id = listing.id AND is_offered AND stock = 0), '[]') AS "soldOut",
             watch.sold_out_variants AS "knownSoldOut",
             coalesce(watch.is_low, listing.stock + listing.sold_count <= ${thresholdDefault}, false) AS was_low
        FROM listing LEFT JOIN stock_watch AS watch ON watch.listing_id = listing.id
       WHERE listing.id = ANY (${[...listingIds]}::uuid[]) AND listing.state = 'published'
       ORDER BY listing.id
    ) AS looked`;
  const lookedAt = deps.clock.now();
  let told = 0;
  for (const row of rows) {
    const { listingId, threshold, isLow, sellerId: citizenId } = row;
    const gone = z.array(soldOut).parse(row.soldOut);
    const seen = { isLow, lookedAt, soldOutVariants: gone.map(({ id }) => id) };
    await tx.stockWatch.upsert({
      where: { listingId },
      create: { listingId, threshold, ...seen },
      update: seen,
      select: { listingId: true },
    });
    const news = newsOf(row, gone);
    if (news === null) continue;
    await notify(tx, deps, { citizenId, kind: 'stock_low', details: { listing: listingId, ...news } });
    told += 1;
  }
  return told;
}

function newsOf(
  { title, stock, hasCrossed, knownSoldOut }: WatchedRow,
  gone: readonly z.output<typeof soldOut>[],
): { title: string; count: number } | null {
  if (hasCrossed) return { title, count: stock };
  if (knownSoldOut === null) return null;
  const choices = gone.filter(({ id }) => !knownSoldOut.includes(id)).map(({ values }) => values.join(' / '));
  return choices.length === 0 ? null : { title: `${title} – ${choices.slice(0, choicesNamed).join(', ')}`, count: 0 };
}

/** From how many units on the seller of a listing is told. Refuses: `listing_not_found`, also for somebody else's. */
export async function setThreshold(
  tx: Tx,
  input: { sellerId: string; listingId: string; threshold: number; clock: Clock },
): Promise<{ threshold: number }> {
  const { sellerId, listingId, threshold, clock } = input;
  const listing = await tx.listing.findUnique({ where: { id: listingId }, select: { sellerId: true, stock: true } });
  if (listing?.sellerId !== sellerId) throw listingNotFound();
  // Whoever names a threshold knows how much there is.
  const gone = await tx.listingVariant.findMany({
    where: { listingId, isOffered: true, stock: 0 },
    take: variantsMax,
    select: { id: true },
  });
  const isLow = listing.stock !== null && listing.stock <= threshold;
  const watch = { threshold, isLow, soldOutVariants: gone.map(({ id }) => id), lookedAt: clock.now() };
  await tx.stockWatch.upsert({
    where: { listingId },
    create: { listingId, ...watch },
    update: watch,
    select: { listingId: true },
  });
  return { threshold };
}

interface LowRow {
  id: string;
  title: string;
  categorySlug: string;
  pictures: unknown;
  stock: number;
  threshold: number;
  total: number;
}

/** A seller's listings on sale that are at their threshold or below, the scarcest first. */
export async function lowListings(db: Db, sellerId: string): Promise<LowListings> {
  const rows = await db.$queryRaw<LowRow[]>`
    SELECT listing.id, listing.title, listing.category_slug AS "categorySlug", listing.pictures, listing.stock,
           coalesce(watch.threshold, ${thresholdDefault}) AS threshold, (count(*) OVER ())::integer AS total
      FROM listing LEFT JOIN stock_watch AS watch ON watch.listing_id = listing.id
     WHERE listing.seller_id = ${sellerId}::uuid AND listing.state = 'published'
       AND listing.stock <= coalesce(watch.threshold, ${thresholdDefault})
     ORDER BY listing.stock, listing.title, listing.id LIMIT ${lowShown}`;
  const items = rows.map(({ id, title, categorySlug, pictures, stock, threshold }) => ({
    listing: {
      id,
      title,
      category: storedListingWords.category.parse(categorySlug),
      picture: storedListingWords.pictures.parse(pictures)[0] ?? null,
    },
    stock,
    threshold,
  }));
  return { items, total: rows[0]?.total ?? 0 };
}

import { watchStock } from '#server/market/dashboards/stock-watch.ts';
import { tellWishers } from '#server/market/wishlist/wish-news.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database, Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { readNews, type OutboxNews } from '#server/platform/outbox.ts';

interface ShelfDeps {
  database: Database;
  clock: Clock;
  ids: Ids;
}

const consumer = 'market.shelves';
export const shelfBatchMax = 200;
/** Wishes that are brought up to date in one transaction. */
const toldMax = 500;

/**
 * Follows what changes price and stock, some hundred events at once: sellers hear that stock runs out, and whoever wishes
 * for a listing that it is cheaper or back.
 */
export async function followShelves(deps: ShelfDeps): Promise<{ claimed: number }> {
  const { claimed, listingIds } = await deps.database.inTransaction(async (tx) => {
    const news = await readNews(tx, { consumer, limit: shelfBatchMax });
    const listingIds = await listingsOf(tx, news);
    if (listingIds.length > 0) await watchStock(tx, deps, listingIds);
    return { claimed: news.length, listingIds };
  });
  if (listingIds.length > 0) await tellAll(deps, listingIds);
  return { claimed };
}

/** The listings that events are about, themselves or by an order of them. */
async function listingsOf(tx: Tx, news: readonly OutboxNews[]): Promise<string[]> {
  const subjects = (prefix: string) => [
    ...new Set(news.filter(({ type }) => type.startsWith(prefix)).map(({ subject }) => subject)),
  ];
  const orders = subjects('order.');
  const lines =
    orders.length === 0
      ? []
      : await tx.orderLine.findMany({
          where: { orderId: { in: orders } },
          distinct: ['listingId'],
          take: shelfBatchMax * 50,
          select: { listingId: true },
        });
  return [...new Set([...subjects('listing.'), ...lines.map(({ listingId }) => listingId)])].sort();
}

/** Behind the transaction that read the news: whoever is not told because the process ends hears with the next event. */
async function tellAll(deps: ShelfDeps, listingIds: readonly string[]): Promise<void> {
  let told = toldMax;
  while (told === toldMax)
    told = await deps.database.inTransaction((tx) => tellWishers(tx, deps, { listingIds, limit: toldMax }));
}

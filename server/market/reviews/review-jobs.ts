import { lockListings } from '#server/market/catalogue/listing-locks.ts';
import { computeSellerRating, repairRating, wrongRatings } from '#server/market/reviews/ratings.ts';
import { dueOrders } from '#server/market/reviews/review-queries.ts';
import { showDue } from '#server/market/reviews/reviews.ts';
import { attemptsLoggedAs } from '#server/payments/attempts.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { log } from '#server/platform/log.ts';

interface Deps {
  database: Database;
  clock: Clock;
  ids: Ids;
}

const attempt = attemptsLoggedAs('the reviews of an order could not be shown');
const ordersMax = 200;
const sellersMax = 2_000;

/** Shows the reviews whose blind days are over, each order in a transaction of its own. Answers how many orders. */
export async function showDueReviews(deps: Deps): Promise<number> {
  const { database, clock, ids } = deps;
  const orders = await dueOrders(database.client, { now: clock.now(), limit: ordersMax });
  let shown = 0;
  for (const orderId of orders)
    await attempt(orderId, async () => {
      if (await database.inTransaction((tx) => showDue(tx, { orderId, clock, ids }))) shown += 1;
    });
  return shown;
}

/** Works out again the ratings that were worked out before today: they age by whole days. Answers how many. */
export async function ageSellerRatings({ database, clock }: Deps): Promise<number> {
  const now = clock.now();
  const today = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  const due = await database.client.sellerRating.findMany({
    where: { computedAt: { lt: today } },
    orderBy: [{ computedAt: 'asc' }, { sellerId: 'asc' }],
    take: sellersMax,
    select: { sellerId: true },
  });
  for (const { sellerId } of due) await database.inTransaction((tx) => computeSellerRating(tx, { sellerId, now }));
  return due.length;
}

/** Mends listings whose rating is not what their reviews say, and says so in the log: there should be none. */
export async function checkListingRatings({ database }: Deps): Promise<number> {
  const wrong = await wrongRatings(database.client);
  for (const { listingId } of wrong) {
    await database.inTransaction(async (tx) => {
      await lockListings(tx, [listingId]);
      await repairRating(tx, listingId);
    });
  }
  if (wrong.length > 0)
    log().warn({ ratings: wrong.slice(0, 20), count: wrong.length }, 'ratings were not their reviews');
  return wrong.length;
}

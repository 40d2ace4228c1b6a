import { tellOfOneSale } from '#server/market/wishlist/sale-news.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';

/** Wishes told of in one transaction, and transactions of one round: what is left waits for the next. */
const toldMax = 500;
const stepsMax = 200;

/** Tells whoever wishes for something of the sales that have begun since the last round. */
export async function tellOfSales(deps: { database: Database; clock: Clock; ids: Ids }): Promise<void> {
  for (let step = 0; step < stepsMax; step += 1)
    if (!(await deps.database.inTransaction((tx) => tellOfOneSale(tx, deps, { limit: toldMax })))) return;
}

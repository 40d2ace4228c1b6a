import { notify } from '#server/citizens/notifications.ts';
import { runningSaleSql } from '#server/market/discounts/sale-sql.ts';
import { hearsSql } from '#server/market/people/blocks.ts';
import { formatAmount } from '#server/money/money.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';

interface ToldRow {
  citizenId: string;
  listingId: string;
  title: string;
  priceMinor: bigint;
  /** Whether the citizen hears of the seller. */
  hears: boolean;
}

/** A sale that goes on and was not told of yet, for this transaction alone. Null where there is none. */
async function lockUntoldSale(tx: Tx, now: string): Promise<string | null> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text AS id FROM sale
     WHERE told_at IS NULL AND ended_at IS NULL AND starts_at <= ${now}::timestamptz AND ends_at > ${now}::timestamptz
     ORDER BY ends_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`;
  return rows[0]?.id ?? null;
}

/**
 * Tells of one sale that has begun: whoever wishes for a listing that it makes cheaper than it was when they put it on their
 * list, each once, and at most `limit` in one call. What cannot be bought, or costs less by another sale, is told to nobody.
 * Answers whether there was a sale to tell of: there may be more of it, or another one.
 */
export async function tellOfOneSale(
  tx: Tx,
  deps: { clock: Clock; ids: Ids },
  { limit }: { limit: number },
): Promise<boolean> {
  const toldAt = deps.clock.now();
  const now = toldAt.toISOString();
  const saleId = await lockUntoldSale(tx, now);
  if (saleId === null) return false;
  const best = runningSaleSql({ listingId: 'listing.id', sellerId: 'listing.seller_id', now: 'moment.now' });
  const rows = await tx.$queryRaw<ToldRow[]>(Prisma.sql`
    WITH due AS (
      SELECT item.citizen_id, item.listing_id, listing.title,
             listing.price_minor - listing.price_minor * best.percent_bps / 10000 AS price,
             ${hearsSql({ reader: Prisma.sql`item.citizen_id`, from: Prisma.sql`listing.seller_id` })} AS hears
        FROM sale
        JOIN listing ON listing.seller_id = sale.seller_id AND listing.state = 'published'
                    AND listing.stock IS DISTINCT FROM 0
        JOIN wishlist_item AS item ON item.listing_id = listing.id AND item.told_sale_id IS DISTINCT FROM sale.id
       CROSS JOIN (SELECT ${now}::timestamptz AS now) AS moment
       CROSS JOIN LATERAL (${Prisma.raw(best)}) AS best
       WHERE sale.id = ${saleId}::uuid AND best.id = sale.id
         AND listing.price_minor - listing.price_minor * best.percent_bps / 10000 < item.price_minor
       ORDER BY item.listing_id, item.citizen_id LIMIT ${limit}::integer
         FOR UPDATE OF item
    )
    UPDATE wishlist_item AS item SET told_sale_id = ${saleId}::uuid
      FROM due
     WHERE item.citizen_id = due.citizen_id AND item.listing_id = due.listing_id
    RETURNING item.citizen_id AS "citizenId", item.listing_id AS "listingId", due.title, due.price AS "priceMinor", due.hears`);
  for (const { citizenId, listingId, title, priceMinor, hears } of rows) {
    if (!hears) continue;
    const amount = formatAmount(priceMinor, 'DUCAT', { locale: 'en' });
    await notify(tx, deps, { citizenId, kind: 'wish_on_sale', details: { listing: listingId, title, amount } });
  }
  if (rows.length < limit) await tx.sale.updateMany({ where: { id: saleId }, data: { toldAt } });
  return true;
}

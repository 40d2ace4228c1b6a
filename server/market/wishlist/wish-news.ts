import { notify } from '#server/citizens/notifications.ts';
import { hearsSql } from '#server/market/people/blocks.ts';
import { formatAmount } from '#server/money/money.ts';
import type { Clock } from '#server/platform/clock.ts';
import { Prisma, type Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';

const quietMs = 86_400_000;

interface ToldRow {
  citizenId: string;
  listingId: string;
  title: string;
  priceMinor: bigint;
  isCheaper: boolean;
  isBack: boolean;
  /** Whether the citizen hears of the seller. */
  hears: boolean;
}

/**
 * Tells whoever wishes for one of the listings that it costs less than they know of, or can be bought again: every lower
 * price once, and the return at most once a day. What cannot be bought is told to nobody, and nobody is told of a seller
 * whom they do not hear or who does not sell to them. At most `limit` wishes that are no longer as they were looked at are
 * brought up to date in one call; answers how many there were.
 */
export async function tellWishers(
  tx: Tx,
  deps: { clock: Clock; ids: Ids },
  input: { listingIds: readonly string[]; limit: number },
): Promise<number> {
  const now = deps.clock.now();
  const quietSince = new Date(now.getTime() - quietMs).toISOString();
  const rows = await tx.$queryRaw<ToldRow[]>(Prisma.sql`
    WITH due AS (
      SELECT item.citizen_id, item.listing_id, listing.title, listing.price_minor AS price,
             (listing.state = 'published' AND listing.stock IS DISTINCT FROM 0) AS is_available,
             item.is_available AS was_available, item.told_price_minor AS told_price,
             coalesce(item.told_back_at <= ${quietSince}::timestamptz, true) AS may_tell,
             ${hearsSql({ reader: Prisma.sql`item.citizen_id`, from: Prisma.sql`listing.seller_id` })} AS hears
        FROM wishlist_item AS item JOIN listing ON listing.id = item.listing_id
       WHERE item.listing_id = ANY (${[...input.listingIds]}::uuid[])
         AND (item.is_available <> (listing.state = 'published' AND listing.stock IS DISTINCT FROM 0)
              OR (listing.state = 'published' AND listing.stock IS DISTINCT FROM 0
                  AND listing.price_minor < item.told_price_minor))
       ORDER BY item.listing_id, item.citizen_id LIMIT ${input.limit}
         FOR UPDATE OF item
    )
    UPDATE wishlist_item AS item
       SET is_available = due.is_available,
           told_price_minor = CASE WHEN due.is_available THEN least(due.price, due.told_price) ELSE due.told_price END,
           told_back_at = CASE WHEN due.is_available AND NOT due.was_available AND due.may_tell
                               THEN ${now.toISOString()}::timestamptz ELSE item.told_back_at END
      FROM due
     WHERE item.citizen_id = due.citizen_id AND item.listing_id = due.listing_id
    RETURNING item.citizen_id AS "citizenId", item.listing_id AS "listingId", due.title, due.price AS "priceMinor",
              (due.is_available AND due.price < due.told_price) AS "isCheaper",
              (due.is_available AND NOT due.was_available AND due.may_tell) AS "isBack", due.hears`);
  for (const row of rows) {
    if (!row.hears || (!row.isCheaper && !row.isBack)) continue;
    const kind = row.isCheaper ? 'wish_cheaper' : 'wish_back';
    const amount = formatAmount(row.priceMinor, 'DUCAT', { locale: 'en' });
    const details = { listing: row.listingId, title: row.title, amount };
    await notify(tx, deps, { citizenId: row.citizenId, kind, details });
  }
  return rows.length;
}

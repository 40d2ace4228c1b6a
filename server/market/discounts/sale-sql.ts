/**
 * The SQL of the best sale of a listing at a moment, to be joined laterally: of those that cover it and go on, the one that
 * takes most off. A seller has few that are not over, and the index finds just these. Each name is SQL of ours, never what
 * somebody typed.
 */
export function runningSaleSql(names: { listingId: string; sellerId: string; now: string }): string {
  const { listingId, sellerId, now } = names;
  return `
    SELECT offer.id, offer.percent_bps, offer.ends_at
      FROM sale AS offer
     WHERE offer.seller_id = ${sellerId} AND offer.ended_at IS NULL
       AND offer.starts_at <= ${now} AND offer.ends_at > ${now}
       AND (offer.covers_all
            OR EXISTS (SELECT FROM sale_listing AS covered
                        WHERE covered.sale_id = offer.id AND covered.listing_id = ${listingId}))
     ORDER BY offer.percent_bps DESC, offer.ends_at DESC, offer.id
     LIMIT 1`;
}

/** Within how long nobody waits for a lock. */
const turning = "interval '1 minute'";

/** Whether a sale of a seller begins or ends so soon that another may run by the time a lock is taken: a value of SQL. */
export function saleTurnsSql(names: { sellerId: string; now: string }): string {
  const { sellerId, now } = names;
  const soon = (column: string) => `(${column} > ${now} AND ${column} <= ${now} + ${turning})`;
  return `
    EXISTS (SELECT FROM sale AS next
             WHERE next.seller_id = ${sellerId} AND next.ended_at IS NULL
               AND (${soon('next.starts_at')} OR ${soon('next.ends_at')}))`;
}

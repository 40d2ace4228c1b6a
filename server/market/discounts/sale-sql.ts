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

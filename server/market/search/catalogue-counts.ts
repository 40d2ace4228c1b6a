import { hasStock, wholeStars } from '#server/market/search/facet-statement.ts';
import { Prisma, type Tx } from '#server/platform/db.ts';

/**
 * Counts everything on sale by every facet, for the whole market (scope '') and for each category with what is below it.
 * One pass over the listings. Answers false when another process is counting.
 */
export async function countCatalogue(tx: Tx, now: Date): Promise<boolean> {
  const [lock] = await tx.$queryRaw<{ isOurs: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended('market.catalogue-counts', 0)) AS "isOurs"`;
  if (lock?.isOurs !== true) return false;
  await tx.catalogueCount.deleteMany();
  await tx.$executeRaw(Prisma.sql`
    WITH RECURSIVE below (ancestor, slug) AS (
      SELECT slug, slug FROM category
       UNION
      SELECT below.ancestor, child.slug FROM below JOIN category AS child ON child.parent_slug = below.slug
    ), scopes AS (
      SELECT '' AS scope, slug FROM category UNION ALL SELECT ancestor, slug FROM below
    ), counted AS (
      SELECT l.category_slug AS category, l.kind, coalesce(s.tier, '') AS tier, ${Prisma.raw(hasStock)} AS in_stock,
             ${Prisma.raw(wholeStars)} AS rating, count(*) AS listings
        FROM listing AS l LEFT JOIN storefront AS s ON s.seller_id = l.seller_id
       WHERE l.state = 'published' GROUP BY 1, 2, 3, 4, 5
    )
    INSERT INTO catalogue_count (scope, facet, value, listings, counted_at)
    SELECT scope, facet, value, sum(listings), ${now.toISOString()}::timestamptz
      FROM counted JOIN scopes ON scopes.slug = counted.category
     CROSS JOIN LATERAL (VALUES ('total', ''), ('category', category), ('kind', kind), ('tier', tier),
                                ('in_stock', in_stock::text), ('rating', rating::text)) AS facets (facet, value)
     GROUP BY scope, facet, value`);
  return true;
}

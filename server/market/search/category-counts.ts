import { categories } from '#server/market/catalogue/listing-queries.ts';
import { storedListingWords, type CategoryCount } from '#server/market/catalogue/catalogue-schema.ts';
import type { SearchDeps } from '#server/market/search/category-tree.ts';
import { keptMs } from '#server/market/search/facets.ts';

interface CountedRow {
  slug: string;
  nameEn: string;
  nameIt: string;
  listings: number;
  isKept: boolean;
}

const countsQuery = {
  name: 'market_category_counts',
  text: `
    SELECT top.slug, top.name_en AS "nameEn", top.name_it AS "nameIt", coalesce(kept.listings, 0) AS listings,
           EXISTS (SELECT FROM catalogue_count
                    WHERE scope = '' AND facet = 'total' AND counted_at >= $1::timestamptz) AS "isKept"
      FROM category AS top
      LEFT JOIN catalogue_count AS kept ON kept.scope = top.slug AND kept.facet = 'total' AND kept.value = ''
     WHERE top.parent_slug IS NULL
     ORDER BY top.position`,
};

/**
 * The categories at the top with how many listings are on sale in each, as they were counted at most a minute ago. They
 * are counted there and then only where nobody did.
 */
export async function categoryCounts({ db, database, clock }: SearchDeps): Promise<CategoryCount[]> {
  const countedSince = new Date(clock.now().getTime() - keptMs).toISOString();
  const rows = await database.runPrepared<CountedRow>(countsQuery, [countedSince]);
  if (rows[0]?.isKept !== true) return categories(db);
  return rows.map(({ isKept: _isKept, slug, ...row }) => ({ ...row, slug: storedListingWords.category.parse(slug) }));
}

import {
  Bound,
  broadConditions,
  conditionsOf,
  selectiveConditions,
  wordsQuery,
  type Narrowing,
} from '#server/market/search/search-conditions.ts';
import { countedMax } from '#server/market/search/search-schema.ts';
import type { PlannedQuery } from '#server/platform/db.ts';

/** The SQL that counts hits by every facet. */

/** The facets that a filter can have chosen already; each is then counted as if it had not. */
export const facetNames = ['category', 'kind', 'tier', 'rating', 'in_stock'] as const;
export type FacetName = (typeof facetNames)[number];
/** Of whom the values are counted: everybody who matches, or those who match but for one facet. */
export type Source = 'all' | FacetName;

/** Whole stars of the average, rounded down; 0 where nobody has rated. */
export const wholeStars = `CASE WHEN l.rating_count = 0 THEN 0 ELSE l.rating_sum / l.rating_count END`;
export const hasStock = `(l.stock IS NULL OR l.stock > 0)`;

interface Counted {
  filter: Narrowing;
  sources: readonly Source[];
  isBegun: boolean;
}

/** Of each source at most one hit more is counted than are counted exactly. */
export function countsStatement({ filter, sources, isBegun }: Counted): PlannedQuery {
  const bound = new Bound();
  const { text = '' } = filter;
  const words = text === '' ? null : `l.search @@ ${wordsQuery(bound, { text, isBegun })}`;
  const isOne = words === null || sources.length === 1;
  const counts = sources.map((source) => {
    const left = without(filter, source);
    return countsOf(source, isOne ? firstHits(bound, left, words) : `found WHERE ${choices(bound, left)}`);
  });
  // The hits of words are fetched one by one: with several sources, once for all of them.
  const found = isOne ? '' : `WITH found AS MATERIALIZED (SELECT * FROM ${allHits(bound, filter, words)} AS hit)`;
  return bound.query(`${found} ${counts.join(' UNION ALL ')}`);
}

function without(filter: Narrowing, source: Source): Narrowing {
  switch (source) {
    case 'all':
      return filter;
    case 'category':
      return { ...filter, categories: undefined };
    case 'kind':
      return { ...filter, kind: undefined };
    case 'tier':
      return { ...filter, tiers: undefined };
    case 'rating':
      return { ...filter, ratingMin: undefined };
    case 'in_stock':
      return { ...filter, inStock: undefined };
  }
}

/** What is counted of a listing that its own row says; those who sell it are joined to it. */
const facts = `l.seller_id, l.category_slug AS category, l.kind, ${wholeStars} AS rating, ${hasStock} AS in_stock`;
const factsUsed = `l.seller_id, l.category_slug, l.kind, l.rating_count, l.rating_sum, l.stock, l.price_minor`;

function withTiers(listings: string): string {
  return `(SELECT hit.category, hit.kind, coalesce(s.tier, '') AS tier, hit.rating, hit.in_stock
             FROM (${listings}) AS hit LEFT JOIN storefront AS s ON s.seller_id = hit.seller_id)`;
}

/** As many hits as are counted. Words are found first, behind a fence, so that no large part of another index is read. */
function firstHits(bound: Bound, filter: Narrowing, words: string | null): string {
  const limit = `LIMIT ${String(countedMax + 1)}`;
  if (words === null)
    return `${withTiers(`SELECT ${facts} FROM listing AS l WHERE ${conditionsOf(bound, filter).join(' AND ')} ${limit}`)} AS first`;
  const others = broadConditions(bound, filter);
  const within = [...selectiveConditions(bound, filter), words].join(' AND ');
  const where = others.length === 0 ? '' : `WHERE ${others.join(' AND ')}`;
  const fenced = `SELECT ${factsUsed} FROM listing AS l WHERE ${within} OFFSET 0`;
  return `${withTiers(`SELECT ${facts} FROM (${fenced}) AS l ${where} ${limit}`)} AS first`;
}

/** Every hit, whatever is chosen of the facets. */
function allHits(bound: Bound, filter: Narrowing, words: string | null): string {
  const { text: _text, seller, tag, priceMinorMin, priceMinorMax } = filter;
  const within = [...selectiveConditions(bound, { seller, tag }), ...(words === null ? [] : [words])].join(' AND ');
  const prices = broadConditions(bound, { priceMinorMin, priceMinorMax });
  const where = prices.length === 0 ? '' : `WHERE ${prices.join(' AND ')}`;
  const fenced = `SELECT ${factsUsed} FROM listing AS l WHERE ${within} OFFSET 0`;
  return withTiers(`SELECT ${facts} FROM (${fenced}) AS l ${where}`);
}

/** What is chosen of the facets, of hits that are there. */
function choices(bound: Bound, { categories, kind, tiers, ratingMin, inStock }: Narrowing): string {
  const conditions = ['true'];
  if (categories !== undefined) conditions.push(`category = ANY(${bound.bind(categories)}::text[])`);
  if (kind !== undefined) conditions.push(`kind = ${bound.bind(kind)}`);
  if (tiers !== undefined && tiers.length > 0) conditions.push(`tier = ANY(${bound.bind(tiers)}::text[])`);
  if (ratingMin !== undefined) conditions.push(`rating >= ${bound.bind(ratingMin)}::integer`);
  if (inStock === true) conditions.push(`in_stock`);
  return `${conditions.join(' AND ')} LIMIT ${String(countedMax + 1)}`;
}

function countsOf(source: Source, from: string): string {
  return `(
    WITH hits AS (SELECT category, kind, tier, rating, in_stock FROM ${from})
    SELECT '${source}' AS source,
           CASE GROUPING(category, kind, tier, rating, in_stock)
             WHEN 15 THEN 'category' WHEN 23 THEN 'kind' WHEN 27 THEN 'tier' WHEN 29 THEN 'rating'
             WHEN 30 THEN 'in_stock' ELSE 'total' END AS facet,
           coalesce(category, kind, tier, rating::text, in_stock::text, '') AS value, count(*)::integer AS listings
      FROM hits GROUP BY GROUPING SETS ((), (category), (kind), (tier), (rating), (in_stock))
  )`;
}

import { categoryTree, type CategoryTree, type SearchDeps } from '#server/market/search/category-tree.ts';
import { narrowing } from '#server/market/search/search.ts';
import {
  countedMax,
  ratingFloors,
  sellerTiers,
  type FacetCount,
  type FacetValue,
  type Facets,
  type ListingFilter,
} from '#server/market/search/search-schema.ts';
import { listingKinds } from '#server/market/catalogue/catalogue-schema.ts';
import { mayBeBegun, wordFrequencies } from '#server/market/search/word-frequencies.ts';
import { countsStatement, facetNames, type FacetName, type Source } from '#server/market/search/facet-statement.ts';

/**
 * How many listings each further choice would show. Counts of everything on sale and of a category alone are kept, at
 * most a minute old; any other is counted there and then, exactly up to a thousand hits. One round trip.
 */
export async function facets(deps: SearchDeps, filter: ListingFilter): Promise<Facets> {
  const tree = await categoryTree(deps);
  const kept = isCategoryAlone(filter) ? await keptCounts(deps, filter.category ?? '') : null;
  return facetsOf({ tree, chosen: filter.category ?? null }, kept ?? (await countedHits(deps, filter)));
}

interface CountRow {
  source: Source;
  facet: FacetName | 'total';
  value: string;
  listings: number;
}

interface Counts {
  rows: readonly CountRow[];
  /** Whether counts stop at `countedMax`. */
  isBounded: boolean;
}

function isCategoryAlone({ text = '', tiers = [], category: _category, ...others }: ListingFilter): boolean {
  return (
    text === '' && tiers.length === 0 && Object.values(others).every((value) => value === undefined || value === false)
  );
}

/** So long counts that are kept are used. */
export const keptMs = 60_000;
const keptQuery = {
  name: 'market_kept_counts',
  text: `
    SELECT CASE WHEN scope = $1 THEN 'all' ELSE 'category' END AS source, facet, value, listings
      FROM catalogue_count
     WHERE (scope = $1 OR (scope = '' AND facet = 'category')) AND counted_at >= $2::timestamptz`,
};

/** Null where nobody has counted for a minute. */
async function keptCounts({ database, clock }: SearchDeps, scope: string): Promise<Counts | null> {
  const countedSince = new Date(clock.now().getTime() - keptMs).toISOString();
  const rows = await database.runPrepared<CountRow>(keptQuery, [scope, countedSince]);
  return rows.some(({ source, facet }) => source === 'all' && facet === 'total') ? { rows, isBounded: false } : null;
}

async function countedHits(deps: SearchDeps, filter: ListingFilter): Promise<Counts> {
  const narrowed = await narrowing(deps, filter);
  const sources: Source[] = ['all', ...facetNames.filter((name) => isChosen(filter, name))];
  const isBegun = filter.text !== undefined && mayBeBegun(await wordFrequencies(deps), filter.text);
  const statement = countsStatement({ filter: narrowed, sources, isBegun });
  return { rows: await deps.database.runPlanned<CountRow>(statement), isBounded: true };
}

function isChosen(filter: ListingFilter, name: FacetName): boolean {
  switch (name) {
    case 'category':
      return filter.category !== undefined;
    case 'kind':
      return filter.kind !== undefined;
    case 'tier':
      return (filter.tiers ?? []).length > 0;
    case 'rating':
      return filter.ratingMin !== undefined;
    case 'in_stock':
      return filter.inStock === true;
  }
}

interface Asked {
  tree: CategoryTree;
  /** The category that the filter names. */
  chosen: string | null;
}

/** The rows of one facet: counted without the filter's own choice where it has one. */
interface FacetRows {
  values: readonly CountRow[];
  isCut: boolean;
}

function facetsOf({ tree, chosen }: Asked, counts: Counts): Facets {
  const total = totalOf(counts, 'all');
  const [categories, stock, ratings] = [
    rowsOf(counts, 'category'),
    rowsOf(counts, 'in_stock'),
    rowsOf(counts, 'rating'),
  ];
  const kept = new Set(chosen === null ? [] : [chosen, ...tree.above(chosen)]);
  return {
    total: bounded(total, counts.isBounded && total > countedMax),
    categories: tree.nodes
      .map(({ slug, ...names }) => {
        const below = tree.below(slug);
        return { value: slug, ...names, ...sumOf(categories, (value) => below.includes(value)) };
      })
      .filter(({ value, count }) => count > 0 || kept.has(value)),
    kinds: plainValues(rowsOf(counts, 'kind'), listingKinds),
    tiers: plainValues(rowsOf(counts, 'tier'), sellerTiers),
    ratings: ratingFloors
      .map((stars) => ({ value: String(stars), ...sumOf(ratings, (value) => value >= String(stars)) }))
      .filter(({ count }) => count > 0),
    inStock: sumOf(stock, (value) => value === 'true'),
  };
}

function rowsOf(counts: Counts, facet: FacetName): FacetRows {
  const source = counts.rows.some((row) => row.source === facet) ? facet : 'all';
  const values = counts.rows.filter((row) => row.facet === facet && row.source === source);
  return { values, isCut: counts.isBounded && totalOf(counts, source) > countedMax };
}

function totalOf({ rows }: Counts, source: Source): number {
  return rows.find((row) => row.facet === 'total' && row.source === source)?.listings ?? 0;
}

function sumOf({ values, isCut }: FacetRows, isMeant: (value: string) => boolean): FacetCount {
  const count = values.reduce((sum, { value, listings }) => (isMeant(value) ? sum + listings : sum), 0);
  return bounded(count, isCut);
}

/** Values in their own order. Sellers without a storefront yet have no tier that is known. */
function plainValues({ values, isCut }: FacetRows, known: readonly string[]): FacetValue[] {
  return known.flatMap((value) => {
    const row = values.find((each) => each.value === value);
    return row === undefined ? [] : [{ value, ...bounded(row.listings, isCut) }];
  });
}

function bounded(count: number, isMore: boolean): FacetCount {
  return { count: isMore ? Math.min(count, countedMax) : count, isMore };
}

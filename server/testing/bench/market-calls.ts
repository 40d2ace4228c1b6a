import superjson from 'superjson';
import { createRandom, type Random } from './random.ts';

/** What visitors of a big market ask for: many different requests of each kind, the same in every run. */

export interface MarketCase {
  name: 'list' | 'search' | 'filtered' | 'facets' | 'suggestions' | 'popular search' | 'page';
  /**
   * `fresh`: every request is answered anew. `shared`: as in the product, where visitors who ask for the same within a
   * moment are answered alike. `pages`: HTML, with its data from the database.
   */
  by: 'fresh' | 'shared' | 'pages';
  /** Paths of requests, to be taken in turns. */
  paths: readonly string[];
}

const common = ['goblet', 'murano lantern', 'velvet', 'gilded mirror', 'brocade rialto', 'pepper', 'lute', 'old chart'];
const rare = ['cadofe goblet', 'grilumo', 'nepari lace', 'sotevado', 'zobrechi murano', 'bechitri', 'lucado viol'];
const others = ['azzurro', 'dipinto burano', 'mirrors', 'carving', 'saffr', 'gondola giudecca', 'astrolabe signed'];
/** Found nowhere as they stand. */
const mistyped = ['goblte', 'lantren murano', 'velvt'];
const categories = ['glass', 'textiles', 'spices', 'books', 'maps', 'instruments', 'services', 'patterns'];
const beginnings = ['go', 'gob', 'mur', 'murano l', 'seller 1', 'te', 'chan', 'vel', 'gla', 'fine go'];
const casesOfEach = 64;
/** Cards of one page. */
const limit = 20;

export function marketCases(seed: number): MarketCase[] {
  const random = createRandom(seed);
  const fresh = { by: 'fresh' } as const;
  return [
    { ...fresh, name: 'list', paths: many(() => searchPath(listInput(random))) },
    { ...fresh, name: 'search', paths: many((index) => searchPath({ text: textOf(random, index), limit })) },
    { ...fresh, name: 'filtered', paths: many((index) => searchPath({ ...filterOf(random, index), limit })) },
    { ...fresh, name: 'facets', paths: many((index) => pathOf('search.facets', facetInput(random, index))) },
    { ...fresh, name: 'suggestions', paths: many(() => pathOf('search.suggest', { text: one(random, beginnings) })) },
    { by: 'shared', name: 'popular search', paths: common.map((text) => searchPath({ text, limit })) },
    { by: 'pages', name: 'page', paths: many((index) => pagePath(random, index)) },
  ];
}

/** The catalogue as people come to it: all of it, a category, words, a filter, in turns. */
function pagePath(random: Random, index: number): string {
  const queries = [
    '',
    `category=${one(random, categories)}`,
    `q=${encodeURIComponent(textOf(random, 0))}`,
    `sort=price_asc&min=${String(10 + random.under(1_000))}`,
  ];
  return `/market?${queries[index % queries.length] ?? ''}`.replace(/\?$/u, '');
}

/** So many searches, no two of them alike: none is answered by what another has just found. */
export function differentSearches(seed: number, count: number): string[] {
  const random = createRandom(seed);
  const dearest = 1_000_000;
  return Array.from({ length: count }, (_, index) =>
    searchPath({ text: textOf(random, index), priceMinorMax: BigInt(dearest + index), limit }),
  );
}

function many(make: (index: number) => string): string[] {
  return Array.from({ length: casesOfEach }, (_, index) => make(index));
}

function one<Value>(random: Random, values: readonly [Value, ...Value[]] | readonly Value[]): Value {
  const value = values[random.under(values.length)];
  if (value === undefined) throw new Error('there is nothing to choose from');
  return value;
}

/** Half the whole market, half one category, in every order. */
function listInput(random: Random): object {
  const sort = one(random, ['newest', 'newest', 'price_asc', 'price_desc', 'popularity'] as const);
  return random.under(2) === 0 ? { sort, limit } : { sort, category: one(random, categories), limit };
}

/** Of thirty-two searches one is mistyped; the rest are common, rare and in between, a third each. */
function textOf(random: Random, index: number): string {
  if (index % 32 === 31) return one(random, mistyped);
  return one(random, one(random, [common, rare, others]));
}

function filterOf(random: Random, index: number): object {
  const bound = BigInt(1_000 + random.under(200_000));
  const choices: object[] = [
    { category: one(random, categories), inStock: true },
    { priceMinorMin: bound, priceMinorMax: bound * 2n },
    { tiers: ['creator', 'enterprise'], ratingMin: 4 },
    { kind: 'digital', inStock: true, priceMinorMax: bound },
    { seller: `seller-${String(1 + random.under(1_000))}` },
    { tag: `workshop ${String(random.under(50))}` },
  ];
  const text = index % 2 === 0 ? {} : { text: textOf(random, 0) };
  return { ...text, ...choices[index % choices.length] };
}

function facetInput(random: Random, index: number): object {
  if (index % 4 === 0) return {};
  if (index % 4 === 1) return { category: one(random, categories) };
  return index % 4 === 2 ? { text: textOf(random, 0) } : filterOf(random, index);
}

function searchPath(input: object): string {
  return pathOf('listings.search', input);
}

function pathOf(procedure: string, input: object): string {
  return `/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(superjson.serialize(input)))}`;
}

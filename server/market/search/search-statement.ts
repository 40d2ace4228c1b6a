import {
  Bound,
  broadConditions,
  conditionsOf,
  isInCategories,
  selectiveConditions,
  wordsQuery,
  wordsQueryOnce,
  type Narrowing,
} from '#server/market/search/search-conditions.ts';
import type { SearchPlace } from '#server/market/search/search-cursors.ts';
import { runningSaleSql } from '#server/market/discounts/sale-sql.ts';
import type { ListingSort } from '#server/market/search/search-schema.ts';
import type { PlannedQuery } from '#server/platform/db.ts';

/**
 * The SQL of a page of hits. Common words fill a page from the listings that come next in the order; of rare ones the
 * text index has few, which are sorted quickly. How common words are together nobody knows beforehand, and a wrong guess
 * must not cost a reading of the whole table: so at most some thousand listings of the order are looked at, and if they do
 * not fill the page, the text index is asked after all.
 */

export interface Asked {
  filter: Narrowing;
  sort: ListingSort;
  place: SearchPlace | null;
  /** Rows, one more than a page. */
  count: number;
  /** How many listings of the order are looked at for the words, in titles and anywhere: 0 where they are too rare. */
  nearest: { inTitles: number; anywhere: number };
  /** Whether the last word may be the beginning of another one. */
  isBegun: boolean;
  /** The moment at which sales are looked up. */
  now: Date;
  /** Whether the statement is planned once for all values, by its name. */
  isPrepared: boolean;
}

/** One more than the pages of the market and of most machines: said in the text, so that plans are made for it. */
const usualCounts: readonly number[] = [21, 25];

/** Columns, direction and the type of the value of each order. */
const orders = {
  relevance: { column: 'created_at', direction: 'DESC', type: 'timestamptz', sign: '<' },
  newest: { column: 'created_at', direction: 'DESC', type: 'timestamptz', sign: '<' },
  price_asc: { column: 'price_minor', direction: 'ASC', type: 'bigint', sign: '>' },
  price_desc: { column: 'price_minor', direction: 'DESC', type: 'bigint', sign: '<' },
  popularity: { column: 'sold_count', direction: 'DESC', type: 'integer', sign: '<' },
} as const satisfies Record<ListingSort, object>;

const columns = `l.id, l.seller_id, l.title, l.category_slug, l.kind, l.pictures, l.options, l.price_minor, l.stock, l.state, l.version, l.rating_count,
  l.rating_sum, l.created_at,
  l.sold_count`;

/** The whole of a search: the page of hits, and only then the sellers and sales of its few rows. */
export function searchStatement(asked: Asked): PlannedQuery {
  const bound = new Bound();
  const hits = hitsOf(bound, asked);
  const { column, direction } = orders[asked.sort];
  const sale = runningSaleSql({
    ...{ listingId: 'l.id', sellerId: 'l.seller_id' },
    now: `${bound.bind(asked.now.toISOString())}::timestamptz`,
  });
  return bound.query(`
    SELECT l.id, l.part, l.seller_id AS "sellerId", l.title,
           l.category_slug AS "categorySlug", l.kind, l.pictures, l.options,
           l.price_minor::text AS "priceMinor", l.stock, l.state, l.version,
           l.rating_count AS "ratingCount", l.rating_sum AS "ratingSum", l.created_at AS "createdAt",
           l.sold_count AS "soldCount", s.username, s.display_name AS "displayName",
           sale.id AS "saleId", sale.percent_bps AS "saleBps", sale.ends_at AS "saleEndsAt"
      FROM (${hits}) AS l
      LEFT JOIN LATERAL (SELECT username, display_name FROM storefront WHERE seller_id = l.seller_id OFFSET 0) AS s ON true
      LEFT JOIN LATERAL (${sale}) AS sale ON true
     ORDER BY l.part, l.${column} ${direction}, l.id ${direction}`);
}

/** Names the shape of a statement: what differs between two of one name are only its values. */
export function shapeName({ filter, sort, place, count, nearest, isBegun }: Asked): string {
  const { text = '', categories } = filter;
  const words = text === '' ? 'all' : isBegun ? 'begun' : 'words';
  const within = categories === undefined ? 'all' : categories.length === 1 ? 'one' : 'many';
  const from = place === null ? 'first' : `after_${String(place.part)}`;
  const common = `${String(nearest.inTitles)}_${String(nearest.anywhere)}`;
  const rows = usualCounts.includes(count) ? String(count) : 'any';
  return `market_search_${sort}_${words}_${within}_${from}_${common}_${rows}`;
}

function hitsOf(bound: Bound, asked: Asked): string {
  const { filter, place } = asked;
  const { text = '' } = filter;
  if (text === '') return inOrder(bound, asked);
  const words = (asked.isPrepared ? wordsQueryOnce : wordsQuery)(bound, { text, isBegun: asked.isBegun });
  if (asked.sort !== 'relevance') return matching(bound, { ...asked, part: 0, match: `l.search @@ ${words}` });
  // Hits in the title come first; the others are read only where they do not fill the page.
  const others = `l.search @@ ${words} AND NOT l.title_search @@ ${words}`;
  if (place?.part === 1) return matching(bound, { ...asked, part: 1, match: others });
  return `
    WITH titled AS MATERIALIZED (${matching(bound, { ...asked, part: 0, match: `l.title_search @@ ${words}` })})
    SELECT * FROM titled
     UNION ALL
    SELECT * FROM (${matching(bound, { ...asked, place: null, part: 1, match: others })}) AS other
     WHERE (SELECT count(*) FROM titled) < ${limitOf(bound, asked)}`;
}

function inOrder(bound: Bound, asked: Asked): string {
  const conditions = [...conditionsOf(bound, asked.filter), ...behind(bound, asked)];
  return `
    SELECT ${columns}, 0 AS part FROM listing AS l
     WHERE ${conditions.join(' AND ')}
     ORDER BY ${orderOf(asked)}
     LIMIT ${limitOf(bound, asked)}`;
}

interface Matching extends Asked {
  part: 0 | 1;
  /** The condition that the words make. */
  match: string;
}

/** The hits of one part. */
function matching(bound: Bound, asked: Matching): string {
  const { inTitles, anywhere } = asked.nearest;
  const nearest = asked.sort === 'relevance' && asked.part === 0 ? inTitles : anywhere;
  return nearest > 0 ? inOrderThenIndexed(bound, asked, nearest) : indexed(bound, asked);
}

/**
 * By way of the text index: the fence keeps PostgreSQL from reading the order until it has met enough, and from reading a
 * large part of another index beside the few hits of the words.
 */
function indexed(bound: Bound, asked: Matching): string {
  const within = [...selectiveConditions(bound, asked.filter), asked.match];
  const others = [...broadConditions(bound, asked.filter), ...behind(bound, asked)];
  return `
    SELECT * FROM (SELECT ${columns}, ${String(asked.part)} AS part FROM listing AS l
                    WHERE ${within.join(' AND ')} OFFSET 0) AS l
     ${others.length === 0 ? '' : `WHERE ${others.join(' AND ')}`}
     ORDER BY ${orderOf(asked)} LIMIT ${limitOf(bound, asked)}`;
}

/** From the next listings in the order if they suffice, otherwise by way of the text index. */
function inOrderThenIndexed(bound: Bound, asked: Matching, nearest: number): string {
  const { filter, match } = asked;
  const part = String(asked.part);
  const conditions = conditionsOf(bound, filter);
  const after = behind(bound, asked);
  const within = filter.categories === undefined ? [] : [isInCategories(bound, filter.categories)];
  const limit = limitOf(bound, asked);
  return `
    WITH near AS MATERIALIZED (
      SELECT ${columns}, ${part} AS part
        FROM (SELECT * FROM listing AS l
               WHERE ${[`l.state = 'published'`, ...within, ...after].join(' AND ')}
               ORDER BY ${orderOf(asked)} LIMIT ${String(nearest)}) AS l
       WHERE ${[...conditions, match].join(' AND ')}
       ORDER BY ${orderOf(asked)} LIMIT ${limit}
    )
    SELECT * FROM near WHERE (SELECT count(*) FROM near) >= ${limit}
     UNION ALL
    SELECT * FROM (${indexed(bound, asked)}) AS indexed WHERE (SELECT count(*) FROM near) < ${limit}`;
}

function orderOf({ sort }: Asked): string {
  const { column, direction } = orders[sort];
  return `l.${column} ${direction}, l.id ${direction}`;
}

function limitOf(bound: Bound, { count }: Asked): string {
  if (usualCounts.includes(count)) return String(count);
  return `${bound.bind(count)}::integer`;
}

/** Rows behind the place where the page before ended. */
function behind(bound: Bound, { sort, place }: Asked): string[] {
  if (place === null) return [];
  const { column, type, sign } = orders[sort];
  return [`(l.${column}, l.id) ${sign} (${bound.bind(place.value)}::${type}, ${bound.bind(place.id)}::uuid)`];
}

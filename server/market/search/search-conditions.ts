import type { PlannedQuery } from '#server/platform/db.ts';
import type { ListingFilter } from '#server/market/search/search-schema.ts';

/** The parts of the SQL of every search: values are only ever bound, never written into the text. */

/** Collects the values of a statement. */
export class Bound {
  readonly values: unknown[] = [];

  /** Keeps a value and answers how the text names it; what is kept already keeps its name. */
  bind(value: unknown): string {
    const known = this.values.indexOf(value);
    return `$${String(known >= 0 ? known + 1 : this.values.push(value))}`;
  }

  query(text: string): PlannedQuery {
    return { text, values: this.values };
  }
}

/** A filter as SQL reads it: the category already with everything below it. */
export interface Narrowing extends Omit<ListingFilter, 'category'> {
  /** Slugs; undefined for all categories. */
  categories?: readonly string[] | undefined;
}

/** Conditions on `listing AS l` for everything but the words. */
export function conditionsOf(bound: Bound, filter: Narrowing): string[] {
  return [...selectiveConditions(bound, filter), ...broadConditions(bound, filter)];
}

/** What leaves few listings, which an index finds: of one seller, under one tag. And that they are on sale. */
export function selectiveConditions(bound: Bound, { seller, tag }: Narrowing): string[] {
  const conditions = [`l.state = 'published'`];
  if (seller !== undefined)
    conditions.push(`l.seller_id = (SELECT seller_id FROM storefront WHERE slug = ${bound.bind(seller)})`);
  if (tag !== undefined)
    conditions.push(`l.tags && ${bound.bind([...new Set([tag, tag.toLocaleLowerCase('en')])])}::text[]`);
  return conditions;
}

/** What leaves many: of an index one would read more than of the hits of the words. */
export function broadConditions(bound: Bound, filter: Narrowing): string[] {
  const conditions: string[] = [];
  const { categories, kind, tiers, priceMinorMin, priceMinorMax, ratingMin, inStock } = filter;
  if (categories !== undefined) conditions.push(isInCategories(bound, categories));
  if (kind !== undefined) conditions.push(`l.kind = ${bound.bind(kind)}`);
  if (tiers !== undefined && tiers.length > 0)
    conditions.push(
      `EXISTS (SELECT FROM storefront WHERE seller_id = l.seller_id AND tier = ANY(${bound.bind(tiers)}::text[]))`,
    );
  if (priceMinorMin !== undefined) conditions.push(`l.price_minor >= ${bound.bind(priceMinorMin)}::bigint`);
  if (priceMinorMax !== undefined) conditions.push(`l.price_minor <= ${bound.bind(priceMinorMax)}::bigint`);
  if (ratingMin !== undefined)
    conditions.push(`l.rating_count > 0 AND l.rating_sum >= ${bound.bind(ratingMin)}::integer * l.rating_count`);
  if (inStock === true) conditions.push(`(l.stock IS NULL OR l.stock > 0)`);
  return conditions;
}

/** One category by equality, so that its own index gives the order as well. */
export function isInCategories(bound: Bound, slugs: readonly string[]): string {
  const [first] = slugs;
  return slugs.length === 1
    ? `l.category_slug = ${bound.bind(first)}`
    : `l.category_slug = ANY(${bound.bind(slugs)}::text[])`;
}

/** Words that are looked for, and whether the last of them may be the beginning of another one. */
export interface Words {
  text: string;
  isBegun: boolean;
}

/**
 * Either all words match as English (stems, quotes, minus), or they match as written and the last one
 * as a beginning, so that results appear while it is still being typed.
 */
export function wordsQuery(bound: Bound, { text, isBegun }: Words): string {
  const whole = bound.bind(text);
  const english = `websearch_to_tsquery('english', ${whole})`;
  const begun = isBegun ? lastWord(text) : null;
  if (begun === null) return `(${english} || websearch_to_tsquery('simple', ${whole}))`;
  const [head, last] = [bound.bind(begun.head), bound.bind(`${begun.last}:*`)];
  return `(${english} || (websearch_to_tsquery('simple', ${head}) && to_tsquery('simple', ${last})))`;
}

/** The same for a prepared statement, where PostgreSQL would read the text anew for every row that it compares. */
export function wordsQueryOnce(bound: Bound, words: Words): string {
  return `(SELECT ${wordsQuery(bound, words)})`;
}

/** The word that a text ends in, and what stands before it; null where it ends in none or quotes something. */
export function lastWord(text: string): { head: string; last: string } | null {
  const groups = /^(?<head>.*\s)?(?<last>[\p{L}\p{N}]+)$/u.exec(text)?.groups;
  const last = groups?.['last'];
  if (last === undefined || text.includes('"')) return null;
  return { head: groups?.['head'] ?? '', last };
}

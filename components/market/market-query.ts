import type { ListingKind } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingSort } from '#server/market/search/search-schema.ts';
import type { Tier } from '#server/platform/session.ts';

/** What the address of a market page asks for, as it stands there. */
export interface MarketQuery {
  text: string | undefined;
  category: string | undefined;
  kind: ListingKind | undefined;
  tiers: readonly Tier[];
  /** Amounts as they were typed, which are ducats. */
  priceMin: string | undefined;
  priceMax: string | undefined;
  rating: string | undefined;
  inStock: boolean;
  tag: string | undefined;
  sort: ListingSort | undefined;
}

/** The parameters of a query, in the order in which they stand in an address. */
export function parametersOf(query: MarketQuery): [string, string][] {
  const { text, category, kind, tiers, priceMin, priceMax, rating, inStock, tag, sort } = query;
  const single: [string, string | undefined][] = [
    ['q', text],
    ['category', category],
    ['kind', kind],
    ['min', priceMin],
    ['max', priceMax],
    ['rating', rating],
    ['stock', inStock ? 'yes' : undefined],
    ['tag', tag],
    ['sort', sort],
  ];
  const given = single.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return [...given, ...tiers.map((tier): [string, string] => ['tier', tier])];
}

/** Where a query leads; without a cursor, so from its first page. */
export function queryAddress(path: string, query: MarketQuery, cursor?: string): string {
  const parameters = new URLSearchParams(parametersOf(query));
  if (cursor !== undefined) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The query without anything that narrows it, but for its words. */
export function widened(query: MarketQuery): MarketQuery {
  const nothing = { category: undefined, kind: undefined, tiers: [], priceMin: undefined, priceMax: undefined };
  return { ...query, ...nothing, rating: undefined, inStock: false, tag: undefined };
}

/** Whether anything but words and order was chosen. */
export function isNarrowed(query: MarketQuery): boolean {
  return parametersOf(query).some(([name]) => name !== 'q' && name !== 'sort');
}

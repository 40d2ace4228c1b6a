import { listOf, oneOf, textOf } from '#app/_reading/search-params.ts';
import type { MarketQuery } from '#components/market/market-query.ts';
import { listingKinds } from '#server/market/catalogue/catalogue-schema.ts';
import {
  listingFilter,
  listingSorts,
  ratingFloors,
  searchTextLengthMax,
  sellerTiers,
  type ListingFilter,
} from '#server/market/search/search-schema.ts';
import { parseTypedAmount, toDecimal } from '#server/money/money.ts';

type Query = Record<string, string | string[] | undefined>;

const { category: categoryShape, tag: tagShape } = listingFilter.shape;

/** What an address asks for; what is mistyped in it counts as left out. */
export function readMarketQuery(query: Query): MarketQuery {
  const tiers = listOf(query['tier']);
  return {
    text: textOf(query['q'])?.slice(0, searchTextLengthMax),
    category: categoryShape.safeParse(textOf(query['category'])).data,
    kind: oneOf(textOf(query['kind']), listingKinds),
    tiers: sellerTiers.filter((tier) => tiers.includes(tier)),
    priceMin: amountText(query['min']),
    priceMax: amountText(query['max']),
    rating: oneOf(textOf(query['rating']), ratingFloors.map(String)),
    inStock: textOf(query['stock']) === 'yes',
    tag: tagShape.safeParse(textOf(query['tag'])).data,
    sort: oneOf(textOf(query['sort']), listingSorts),
  };
}

/** The query as the search takes it; a seller narrows it to their listings. */
export function filterOfQuery(query: MarketQuery, seller?: string): ListingFilter {
  const { text, category, kind, tiers, priceMin, priceMax, rating, inStock, tag } = query;
  return {
    text,
    category,
    kind,
    tag,
    seller,
    tiers: tiers.length === 0 ? undefined : [...tiers],
    priceMinorMin: amountOf(priceMin),
    priceMinorMax: amountOf(priceMax),
    ratingMin: ratingFloors.find((stars) => String(stars) === rating),
    inStock: inStock ? true : undefined,
  };
}

function amountText(value: Query[string]): string | undefined {
  const text = textOf(value);
  return amountOf(text) === undefined ? undefined : text;
}

/** An amount that some price can have. */
function amountOf(text: string | undefined): bigint | undefined {
  const amount = text === undefined ? null : parseTypedAmount(text);
  return amount === null ? undefined : listingFilter.shape.priceMinorMin.safeParse(amount).data;
}

/** A kept filter as the address that asks for it. */
export function queryOfFilter(filter: ListingFilter): MarketQuery {
  const { text, category, kind, tiers, priceMinorMin, priceMinorMax, ratingMin, inStock, tag } = filter;
  const amount = (minor: bigint | undefined) => (minor === undefined ? undefined : toDecimal(minor));
  return {
    text,
    category,
    kind,
    tag,
    tiers: tiers ?? [],
    priceMin: amount(priceMinorMin),
    priceMax: amount(priceMinorMax),
    rating: ratingMin === undefined ? undefined : String(ratingMin),
    inStock: inStock === true,
    sort: 'newest',
  };
}

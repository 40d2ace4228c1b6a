import { listingKinds, type ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import { categorySlug } from '#server/market/catalogue/details-schema.ts';
import { cursor, limit, line, type Page } from '#server/market/schema.ts';
import type { Tier } from '#server/platform/session.ts';
import { z } from '#server/platform/zod.ts';

/** What the market is searched with and what it answers; shared by the page, its forms and the procedures. */

export const searchTextLengthMax = 200;
export const tagLengthMax = 40;
/** Up to so many hits are counted exactly. */
export const countedMax = 1_000;
export const suggestionsMax = 8;

export const listingSorts = ['relevance', 'newest', 'price_asc', 'price_desc', 'popularity'] as const;
export type ListingSort = (typeof listingSorts)[number];

export const sellerTiers = [
  'observer',
  'participant',
  'creator',
  'enterprise',
] as const satisfies readonly Tier[] as readonly [Tier, ...Tier[]];

/** From so many stars on; fewer would leave nobody out whom one means. */
export const ratingFloors = [4, 3, 2] as const;

/** Far above any price; only so that a number stays one that PostgreSQL has. */
const priceMinorEnd = 1_000_000_000_000n;
const priceBound = z.bigint().min(0n).max(priceMinorEnd).optional();

/** What somebody typed into a search field: any text at all. */
const typed = z
  .string()
  .max(searchTextLengthMax)
  .transform((text) =>
    text
      .toWellFormed()
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim(),
  );

export const storefrontSlug = z.string().regex(/^[a-z0-9](?:-?[a-z0-9]){2,39}$/);

/** Which listings; whatever is left out does not restrict. */
export const listingFilter = z.object({
  text: typed.optional(),
  /** The category with everything below it. */
  category: categorySlug.optional(),
  /** The address of the seller's storefront. */
  seller: storefrontSlug.optional(),
  kind: z.enum(listingKinds).optional(),
  /** Tiers of the seller, any of them. */
  tiers: z.array(z.enum(sellerTiers)).max(sellerTiers.length).optional(),
  /** Both bounds in centesimi and included. */
  priceMinorMin: priceBound,
  priceMinorMax: priceBound,
  /** Stars on average at least; what nobody rated is left out. */
  ratingMin: z.number().int().min(1).max(5).optional(),
  inStock: z.boolean().optional(),
  tag: line({ min: 1, max: tagLengthMax }).optional(),
});
export type ListingFilter = z.output<typeof listingFilter>;

export const searchListingsInput = listingFilter.extend({
  /** By relevance where there are words to find, otherwise the newest first. */
  sort: z.enum(listingSorts).optional(),
  cursor: cursor.optional(),
  limit,
});
export type SearchListingsInput = z.output<typeof searchListingsInput>;

export const suggestInput = z.object({ text: typed });

export interface SearchPage extends Page<ListingCard> {
  /**
   * The words that were probably meant, where those that were typed are found nowhere or hardly. When they were found
   * nowhere, the page is that of the words meant, and its cursor goes on with them as the text.
   */
  meant: { text: string; isApplied: boolean } | null;
}

export interface FacetCount {
  count: number;
  /** There are at least as many as counted. */
  isMore: boolean;
}

export interface FacetValue extends FacetCount {
  value: string;
}

/** A category with everything below it, in the order of the tree. */
export interface CategoryFacet extends FacetValue {
  parentSlug: string | null;
  nameEn: string;
  nameIt: string;
}

/**
 * How many listings each further choice would show: for a facet that is chosen already, as if it were not. Values that
 * nothing has are left out, but for the category that is chosen and those above it.
 */
export interface Facets {
  total: FacetCount;
  categories: CategoryFacet[];
  kinds: FacetValue[];
  tiers: FacetValue[];
  /** By the least number of stars. */
  ratings: FacetValue[];
  inStock: FacetCount;
}

export type Suggestion =
  | { kind: 'category'; slug: string; nameEn: string; nameIt: string }
  | { kind: 'seller'; slug: string; name: string }
  | { kind: 'listing'; title: string };

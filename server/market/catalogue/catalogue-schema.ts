import { attemptKey, cursor, limit, line, paragraphs, type PartyView } from '#server/market/schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of listings, shared by forms, procedures and pages. */

export const categorySlugs = [
  'glass',
  'textiles',
  'spices',
  'books',
  'maps',
  'instruments',
  'services',
  'patterns',
] as const;

export type CategorySlug = (typeof categorySlugs)[number];

export const listingKinds = ['goods', 'service', 'digital'] as const;
export type ListingKind = (typeof listingKinds)[number];

export const listingStates = ['published', 'withdrawn'] as const;

export type ListingState = (typeof listingStates)[number];

export const listingTitleLength = { min: 3, max: 120 } as const;

export const listingDescriptionLength = { min: 10, max: 4000 } as const;

export const priceMinorMax = 100_000_000n;

export const stockMax = 1_000_000;

export const searchTextLengthMax = 200;

export const listingTerms = z.object({
  title: line(listingTitleLength),
  description: paragraphs(listingDescriptionLength),
  category: z.enum(categorySlugs),
  /** Centesimi for one unit. */
  priceMinor: z.bigint().min(1n).max(priceMinorMax),
  /** Units on sale; null for unlimited. */
  stock: z.number().int().min(0).max(stockMax).nullable(),
});

export type ListingTerms = z.output<typeof listingTerms>;

export const publishListingInput = listingTerms.extend({ key: attemptKey });

export type PublishListingInput = z.output<typeof publishListingInput>;

export const updateListingInput = listingTerms.extend({
  listingId: z.uuid(),
  /** The version the form was filled from. */
  version: z.number().int().min(1),
  /** The stock the form was filled from: sales since then are not overwritten. */
  stockSeen: z.number().int().min(0).max(stockMax).nullable(),
});

export type UpdateListingInput = z.output<typeof updateListingInput>;

export const listingIdInput = z.object({ listingId: z.uuid() });

export const listingSorts = ['newest', 'price_asc', 'price_desc'] as const;

export type ListingSort = (typeof listingSorts)[number];

export const searchListingsInput = z.object({
  text: z
    .string()
    .max(searchTextLengthMax)
    .transform((text) =>
      text
        .toWellFormed()
        .replace(/[\p{Cc}\s]+/gu, ' ')
        .trim(),
    )
    .optional(),
  category: z.enum(categorySlugs).optional(),
  sort: z.enum(listingSorts).default('newest'),
  cursor: cursor.optional(),
  limit,
});

export type SearchListingsInput = z.output<typeof searchListingsInput>;

export interface ListingCard {
  id: string;
  title: string;
  category: CategorySlug;
  priceMinor: DucatMinor;
  stock: number | null;
  state: ListingState;
  version: number;
  createdAt: Date;
  seller: PartyView;
}

export interface ListingView extends ListingCard {
  description: string;
  updatedAt: Date;
}

export interface CategoryCount {
  slug: CategorySlug;
  nameEn: string;
  nameIt: string;
  /** Listings on sale. */
  listings: number;
}

/** How stored words are read back; a row that says anything else is a defect. */
export const storedListingWords = {
  category: z.enum(categorySlugs),
  kind: z.enum(listingKinds),
  state: z.enum(listingStates),
} as const;

import type { listingTerms } from '#server/market/catalogue/catalogue-schema.ts';
import type { z } from '#server/platform/zod.ts';

export type SellerName =
  'SpiceMerchant7' | 'MuranoGlass' | 'TipografoAldo' | 'ArsenaleWorks' | 'LaceOfBurano' | 'ScholarPriest';

export type BuyerName = 'NLR' | 'bigbosefx' | 'ElenaVeneziana' | 'PescatoreNuovo';

export type ListingDetails = Partial<z.input<typeof listingTerms>>;

export interface SeedListing extends ListingDetails {
  /** Its own word, from which the listing's key is made. */
  name: string;
  seller: SellerName;
  category: string;
  title: string;
  description: string;
  priceMinor: bigint;
  stock: number | null;
}

export type SeedStep =
  | { action: 'deliver' | 'confirm' | 'cancel'; hoursLater: number }
  | { action: 'dispute'; hoursLater: number; reason: string }
  | { action: 'resolve'; hoursLater: number; outcome: 'refund' | 'release'; reason: string };

export interface SeedOrder {
  buyer: BuyerName;
  /** The name of the listing bought. */
  listing: string;
  quantity: number;
  /** When it was placed. */
  hoursAgo: number;
  steps: readonly SeedStep[];
}

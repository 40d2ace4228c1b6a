import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';

/** Listings that citizens wish for: inputs and views. */

/** Listings that one citizen wishes for at most. */
export const wishesMax = 500;

/** So many listings are asked about at once: as many as a page shows. */
const askedMax = 100;

export const amongInput = z.object({ listingIds: z.array(z.uuid()).max(askedMax) });

export interface Wish {
  /** While it is not on sale: as it was when it was put there. */
  listing: ListingCard;
  addedAt: Date;
  /** What it cost then. */
  priceThenMinor: DucatMinor;
  wasAvailable: boolean;
  /** Whether it can be bought now. */
  isAvailable: boolean;
}

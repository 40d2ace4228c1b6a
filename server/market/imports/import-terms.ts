import type { ListingTerms, UpdateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingState } from '#server/market/catalogue/catalogue-schema.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import type { Prisma } from '#server/platform/db.ts';

/** What a listing was at a moment, as far as no version of it says so. */
export interface Seen {
  version: number;
  state: ListingState;
  stock: number | null;
  acceptsItself: boolean | null;
  takesOffers: boolean;
  /** Of those that were offered. */
  variants: { values: string[]; stock: number | null }[];
}

export function seenOf({ version, state, stock, acceptsItself, takesOffers, variants }: LockedListing): Seen {
  const offered = variants.filter(({ isOffered }) => isOffered);
  return {
    version,
    state,
    stock,
    acceptsItself,
    takesOffers,
    variants: offered.map((variant) => ({ values: variant.values, stock: variant.stock })),
  };
}

/** As the form of somebody who saw the listing then would send these terms. */
export function wantedOf(listingId: string, { terms, seen }: { terms: ListingTerms; seen: Seen }): UpdateListingInput {
  const stocks = new Map(seen.variants.map(({ values, stock }) => [JSON.stringify(values), stock]));
  const variants = terms.variants.map((variant) => {
    const stockSeen = stocks.get(JSON.stringify(variant.values));
    return stockSeen === undefined ? variant : { ...variant, stockSeen };
  });
  return { ...terms, listingId, version: seen.version, stockSeen: seen.stock, variants };
}

/** Terms as JSON keeps them: amounts as texts. */
export function packTerms(terms: ListingTerms): Prisma.InputJsonObject {
  const packed: unknown = JSON.parse(
    JSON.stringify(terms, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  );
  return packed as Prisma.InputJsonObject;
}

type PackedTerms = Omit<ListingTerms, 'priceMinor' | 'variants'> & {
  priceMinor: string;
  variants: (Omit<ListingTerms['variants'][number], 'priceMinor'> & { priceMinor: string })[];
};

export function unpackTerms(packed: unknown): ListingTerms {
  const { priceMinor, variants, ...terms } = packed as PackedTerms;
  return {
    ...terms,
    priceMinor: BigInt(priceMinor),
    variants: variants.map((variant) => ({ ...variant, priceMinor: BigInt(variant.priceMinor) })),
  };
}

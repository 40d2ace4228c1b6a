import type { CartProblem, CartRemedy } from './cart-schema.ts';

/** The cart's pure decisions. */

/** An item beside what it is an item of, as both are at this moment. */
export interface CartFacts {
  readonly buyerId: string | null;
  readonly sellerId: string;
  readonly isOnSale: boolean;
  /** Whether the listing asks for a choice. */
  readonly hasVariants: boolean;
  /** The chosen variant; null where none was chosen. */
  readonly variant: { readonly isOffered: boolean } | null;
  /** Null: unlimited. */
  readonly stock: number | null;
  /** Of a single one: what more of it takes off is no change of the price. */
  readonly singlePriceMinor: bigint;
  readonly version: number;
  readonly quantity: number;
  readonly seenUnitPriceMinor: bigint;
  readonly seenVersion: number;
}

/** The first reason why this item cannot be bought as it stands, with what mends it; null where nothing but money can. */
export function problemOf(facts: CartFacts): { code: CartProblem; remedy: CartRemedy } | null {
  const code = codeOf(facts);
  return code === null ? null : { code, remedy: remedies[code] };
}

function codeOf(facts: CartFacts): CartProblem | null {
  if (facts.buyerId === facts.sellerId) return 'own_listing';
  if (!facts.isOnSale) return 'not_on_sale';
  if (facts.variant === null && facts.hasVariants) return 'variant_missing';
  if (facts.variant !== null && !facts.variant.isOffered) return 'variant_gone';
  if (facts.stock === 0) return 'sold_out';
  if (facts.stock !== null && facts.stock < facts.quantity) return 'insufficient_stock';
  if (facts.singlePriceMinor !== facts.seenUnitPriceMinor) return 'price_changed';
  if (facts.version !== facts.seenVersion) return 'terms_changed';
  return null;
}

const remedies: Readonly<Record<CartProblem, CartRemedy>> = {
  own_listing: 'remove',
  not_on_sale: 'remove',
  variant_gone: 'remove',
  variant_missing: 'choose',
  sold_out: 'remove',
  insufficient_stock: 'reduce',
  price_changed: 'accept',
  terms_changed: 'accept',
};

/** The base price that buys so many ducats, in cents: ten centesimi are a cent, begun ones count. */
export function centsFor(missingMinor: bigint): bigint {
  return (missingMinor + 9n) / 10n;
}

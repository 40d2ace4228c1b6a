import { quantityMax } from '#server/market/orders/order-schema.ts';
import type { LockedListing, LockedVariant } from '#server/market/catalogue/listing-locks.ts';
import type { PurchaseLine } from '#server/market/orders/order-schema.ts';
import { ducat, shareFloor } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';

/** The market's pure decisions about purchases: fees, prices, and when a purchase cannot be. */

/** The house's share of a sale, in millionths of its total, rounded down in the seller's favour. */
export function saleFee(totalMinor: DucatMinor, feePpm: number): DucatMinor {
  return ducat(shareFloor(totalMinor, feePpm));
}

export interface OrderAmounts {
  readonly totalMinor: bigint;
  readonly refundedMinor: bigint;
  readonly feePpm: number;
}

/** What of an order was not given back, and the house's share of that: the fee shrinks with what is given back. */
export function amountsLeft({ totalMinor, refundedMinor, feePpm }: OrderAmounts): {
  leftMinor: DucatMinor;
  feeMinor: DucatMinor;
} {
  const leftMinor = ducat(totalMinor - refundedMinor);
  return { leftMinor, feeMinor: saleFee(leftMinor, feePpm) };
}

/** How a part that goes back after the sale is shared: the house returns the fee on it, the seller the rest. */
export function givenBack(order: OrderAmounts, backMinor: bigint): { sellerMinor: bigint; feeMinor: bigint } {
  const before = amountsLeft(order).feeMinor;
  const after = amountsLeft({ ...order, refundedMinor: order.refundedMinor + backMinor }).feeMinor;
  return { sellerMinor: backMinor - (before - after), feeMinor: before - after };
}

export type PurchaseRefusal =
  | 'own_listing'
  | 'listing_withdrawn'
  | 'listing_changed'
  | 'invalid_quantity'
  | 'variant_required'
  | 'variant_unavailable'
  | 'sold_out'
  | 'insufficient_stock';

export type WantedListing = Pick<LockedListing, 'sellerId' | 'state' | 'version' | 'stock' | 'priceMinor' | 'variants'>;

/** The variant that a line names, or null where it names none or one that the listing does not offer. */
export function variantOf(listing: Pick<LockedListing, 'variants'>, variantId: string | null): LockedVariant | null {
  return listing.variants.find(({ id, isOffered }) => id === variantId && isOffered) ?? null;
}

/** The first reason why this line cannot be bought, or null when nothing but money can refuse it. */
export function refusePurchase(
  listing: WantedListing,
  wanted: Omit<PurchaseLine, 'listingId'> & { buyerId: string },
): PurchaseRefusal | null {
  const { quantity, variantId } = wanted;
  if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > quantityMax) return 'invalid_quantity';
  if (wanted.buyerId === listing.sellerId) return 'own_listing';
  if (listing.state !== 'published') return 'listing_withdrawn';
  if (listing.version !== wanted.listingVersion) return 'listing_changed';
  const variant = variantOf(listing, variantId);
  if (variantId === null && listing.variants.some(({ isOffered }) => isOffered)) return 'variant_required';
  if (variantId !== null && variant === null) return 'variant_unavailable';
  const { stock } = variant ?? listing;
  if (stock === 0) return 'sold_out';
  if (stock !== null && stock < quantity) return 'insufficient_stock';
  return null;
}

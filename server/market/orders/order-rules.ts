import { quantityMax } from '#server/market/orders/quantity-schema.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
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
  'own_listing' | 'listing_withdrawn' | 'listing_changed' | 'invalid_quantity' | 'sold_out' | 'insufficient_stock';

export type WantedListing = Pick<LockedListing, 'sellerId' | 'state' | 'version'>;

/** The first reason why this line cannot be bought, or null when nothing but the choice, the stock or money can refuse it. */
export function refusePurchase(
  listing: WantedListing,
  wanted: Omit<PurchaseLine, 'listingId' | 'variantId'> & { buyerId: string },
): PurchaseRefusal | null {
  const { quantity } = wanted;
  if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > quantityMax) return 'invalid_quantity';
  return wanted.buyerId === listing.sellerId ? 'own_listing' : refuseUnseen(listing, wanted);
}

/** Whether a listing is no longer what somebody saw of it: every purchase and every agreement is about that. */
export function refuseUnseen(
  listing: Pick<WantedListing, 'state' | 'version'>,
  seen: { listingVersion: number },
): 'listing_withdrawn' | 'listing_changed' | null {
  if (listing.state !== 'published') return 'listing_withdrawn';
  return listing.version === seen.listingVersion ? null : 'listing_changed';
}

/** Whether there are too few of what was chosen; of unlimited stock (null) there are always enough. */
export function refuseStock(stock: number | null, quantity: number): 'sold_out' | 'insufficient_stock' | null {
  if (stock === 0) return 'sold_out';
  return stock !== null && stock < quantity ? 'insufficient_stock' : null;
}

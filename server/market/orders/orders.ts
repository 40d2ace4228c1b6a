import { listingNotFound } from '#server/market/catalogue/listings.ts';
import { couponByCode } from '#server/market/discounts/coupon-queries.ts';
import type { PlaceOrderInput } from '#server/market/orders/order-schema.ts';
import { placePurchase } from '#server/market/orders/purchases.ts';
import type { DucatMinor } from '#server/money/money.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';

export interface PlaceOrder {
  readonly buyerId: string;
  readonly order: PlaceOrderInput;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secret: string;
}

/** The answer to a purchase; a repetition with the same key gets the very same one. */
export interface OrderReceipt {
  orderId: string;
  listingTitle: string;
  quantity: number;
  totalMinor: DucatMinor;
}

/**
 * Buys from one listing: a purchase of one line.
 *
 * Refuses: `listing_not_found`, `idempotency_key_reused`, `invalid_quantity`, `own_listing`, `listing_withdrawn`,
 * `listing_changed`, `variant_required`, `variant_unavailable`, `sold_out`, `insufficient_stock`, `price_changed`,
 * `coupon_not_found` and every `CouponProblem`, `insufficient_funds`.
 */
export async function placeOrder(tx: Tx, input: PlaceOrder): Promise<OrderReceipt> {
  const { order, ...rest } = input;
  const { key, variantId = null, gift, couponCode, totalMinor: expectedTotalMinor, ...line } = order;
  const couponIds = couponCode === undefined ? [] : [await couponOfListing(tx, { ...line, code: couponCode })];
  const lines = [{ ...line, variantId }];
  const { orders } = await placePurchase(tx, { ...rest, key, gift, lines, couponIds, expectedTotalMinor });
  const [placed] = orders;
  invariant(placed !== undefined && orders.length === 1, 'a purchase of one line is one order');
  const { orderId, title, quantity, totalMinor } = placed;
  return { orderId, listingTitle: title, quantity, totalMinor };
}

/** Codes are never given to another coupon, so that a repetition finds the same. */
async function couponOfListing(tx: Tx, { listingId, code }: { listingId: string; code: string }): Promise<string> {
  const listing = await tx.listing.findUnique({ where: { id: listingId }, select: { sellerId: true } });
  if (listing === null) throw listingNotFound();
  const { id } = await couponByCode(tx, { sellerId: listing.sellerId, code, citizenId: null });
  return id;
}

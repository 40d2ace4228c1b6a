import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { choiceOf } from '#server/market/catalogue/listing-rules.ts';
import { listingNotFound } from '#server/market/catalogue/listings.ts';
import type { LockedCoupon } from '#server/market/discounts/coupons.ts';
import { couponNotFound, couponProblemOf, couponRefusal } from '#server/market/discounts/discount-rules.ts';
import { priceOrder } from '#server/market/discounts/price-schema.ts';
import type { LinePrice, LineToPrice, RunningSale } from '#server/market/discounts/price-schema.ts';
import { refusePurchase, refuseStock } from '#server/market/orders/order-rules.ts';
import { refuseFor } from '#server/market/orders/purchase-refusals.ts';
import { purchaseLinesMax } from '#server/market/orders/order-schema.ts';
import type { PurchaseLine } from '#server/market/orders/order-schema.ts';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

/** A line that can be bought, with its price as it will stay. */
export interface PricedLine {
  readonly wanted: PurchaseLine;
  readonly listing: LockedListing;
  /** What was chosen of the listing's options. */
  readonly optionValues: readonly string[];
  /** What it costs and why; `totalMinor` is what is paid. */
  readonly price: LinePrice;
  readonly totalMinor: DucatMinor;
  /** The one that took `price.couponMinor` off; null where none did. */
  readonly coupon: LockedCoupon | null;
}

/** Everything that decides about prices, as it is under the locks of a purchase. */
export interface PurchaseTerms {
  readonly buyerId: string;
  readonly listings: ReadonlyMap<string, LockedListing>;
  /** The running sale of each listing that has one. */
  readonly sales?: ReadonlyMap<string, RunningSale>;
  /** The coupon for what is bought of each seller; at the moment of the purchase. */
  readonly coupons?: ReadonlyMap<string, LockedCoupon>;
  readonly now?: Date;
  /**
   * What buyer and seller agreed on for one of a listing, for the lines that name their offer: final, so that nothing comes
   * off it.
   */
  readonly agreed?: ReadonlyMap<string, DucatMinor>;
}

/**
 * Prices the lines of a purchase against the listings as they are under their locks, with the sales and coupons of the
 * moment.
 * Refuses: `listing_not_found`, `line_repeated`, `too_many_lines`, and per line `invalid_quantity`, `own_listing`,
 * `listing_withdrawn`, `listing_changed`, `variant_required`, `variant_unavailable`, `sold_out`, `insufficient_stock`;
 * per coupon `coupon_not_found` (nothing of its seller is bought) and every `CouponProblem`.
 */
export function priceLines(lines: readonly PurchaseLine[], purchase: PurchaseTerms): PricedLine[] {
  if (lines.length === 0 || lines.length > purchaseLinesMax) throw tooManyLines();
  const chosen = new Set(lines.map(({ listingId, variantId }) => `${listingId} ${variantId ?? ''}`));
  if (chosen.size < lines.length) throw lineRepeated();
  const chosenLines = lines.map((wanted): ChosenLine => {
    const listing = purchase.listings.get(wanted.listingId);
    if (listing === undefined) throw listingNotFound();
    refuseFor(refusePurchase(listing, { ...wanted, buyerId: purchase.buyerId }));
    const { priceMinor, stock, values: optionValues } = choiceOf(listing, wanted.variantId);
    refuseFor(refuseStock(stock, wanted.quantity));
    return { wanted, listing, optionValues, toPrice: lineToPrice(purchase, { wanted, listing, priceMinor }) };
  });
  const sellers = Map.groupBy(chosenLines, ({ listing }) => listing.sellerId);
  if ([...(purchase.coupons?.keys() ?? [])].some((sellerId) => !sellers.has(sellerId))) throw couponNotFound();
  const priced = new Map(
    [...sellers].flatMap(([sellerId, ofSeller]) => priceOfSeller(purchase, { sellerId, ofSeller })),
  );
  return chosenLines.map((line) => {
    const known = priced.get(line);
    invariant(known !== undefined, 'every line is one of its seller');
    return known;
  });
}

interface ChosenLine extends Pick<PricedLine, 'wanted' | 'listing' | 'optionValues'> {
  readonly toPrice: LineToPrice;
}

function lineToPrice(
  { sales, agreed }: PurchaseTerms,
  line: { wanted: PurchaseLine; listing: LockedListing; priceMinor: DucatMinor },
): LineToPrice {
  const { wanted, listing, priceMinor: listUnitPriceMinor } = line;
  const isByOffer = (wanted.offerId ?? null) !== null;
  const agreedMinor = isByOffer ? agreed?.get(listing.id) : null;
  invariant(agreedMinor !== undefined, 'a line that names an offer has a price that was agreed');
  return {
    key: `${listing.id} ${wanted.variantId ?? ''}`,
    ...{ listUnitPriceMinor, quantity: wanted.quantity, steps: listing.quantitySteps },
    sale: sales?.get(listing.id) ?? null,
    agreedUnitPriceMinor: agreedMinor ?? null,
  };
}

function priceOfSeller(
  { coupons, now }: PurchaseTerms,
  { sellerId, ofSeller }: { sellerId: string; ofSeller: readonly ChosenLine[] },
): (readonly [ChosenLine, PricedLine])[] {
  const coupon = coupons?.get(sellerId) ?? null;
  const order = priceOrder(
    ofSeller.map(({ toPrice }) => toPrice),
    coupon,
  );
  if (coupon !== null) {
    invariant(now !== undefined, 'a coupon is looked at at a moment');
    const { subtotalMinor, couponMinor: offMinor } = order;
    const problem = couponProblemOf(coupon, { now, citizenUses: coupon.citizenUses, subtotalMinor, offMinor });
    if (problem !== null) throw couponRefusal(problem);
  }
  return ofSeller.map((line, index) => {
    const { toPrice: _toPrice, ...known } = line;
    const price = order.lines[index];
    invariant(price !== undefined, 'every line has a price');
    const { totalMinor, couponMinor } = price;
    return [line, { ...known, price, totalMinor, coupon: couponMinor > 0n ? coupon : null }];
  });
}

/** The lines of each seller, in the order in which a seller comes up first. */
export function bySeller(lines: readonly PricedLine[]): Map<string, PricedLine[]> {
  return Map.groupBy(lines, ({ listing }) => listing.sellerId);
}

export function totalOfLines(lines: readonly PricedLine[]): DucatMinor {
  return ducat(lines.reduce((total, { totalMinor }) => total + totalMinor, 0n));
}

function tooManyLines(): Error {
  return refuse('invalid', 'too_many_lines', `A purchase has 1 to ${String(purchaseLinesMax)} lines.`);
}

function lineRepeated(): Error {
  return refuse('invalid', 'line_repeated', 'The same thing stands in this purchase twice.');
}

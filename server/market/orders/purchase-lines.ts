import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { choiceOf } from '#server/market/catalogue/listing-rules.ts';
import { listingNotFound } from '#server/market/catalogue/listings.ts';
import { refusePurchase, refuseStock } from '#server/market/orders/order-rules.ts';
import type { PurchaseRefusal } from '#server/market/orders/order-rules.ts';
import { purchaseLinesMax } from '#server/market/orders/order-schema.ts';
import type { PurchaseLine } from '#server/market/orders/order-schema.ts';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { refuse } from '#server/platform/errors.ts';
import type { ErrorKind } from '#server/platform/errors.ts';

/** A line that can be bought, with its price as it will stay. */
export interface PricedLine {
  readonly wanted: PurchaseLine;
  readonly listing: LockedListing;
  /** What was chosen of the listing's options. */
  readonly optionValues: readonly string[];
  readonly unitPriceMinor: DucatMinor;
  readonly totalMinor: DucatMinor;
}

/**
 * Prices the lines of a purchase against the listings as they are under their locks.
 * Refuses: `listing_not_found`, `line_repeated`, `too_many_lines`, and per line `invalid_quantity`, `own_listing`,
 * `listing_withdrawn`, `listing_changed`, `variant_required`, `variant_unavailable`, `sold_out`, `insufficient_stock`.
 */
export function priceLines(
  lines: readonly PurchaseLine[],
  purchase: { buyerId: string; listings: ReadonlyMap<string, LockedListing> },
): PricedLine[] {
  if (lines.length === 0 || lines.length > purchaseLinesMax) throw tooManyLines();
  const chosen = new Set(lines.map(({ listingId, variantId }) => `${listingId} ${variantId ?? ''}`));
  if (chosen.size < lines.length) throw lineRepeated();
  return lines.map((wanted) => {
    const listing = purchase.listings.get(wanted.listingId);
    if (listing === undefined) throw listingNotFound();
    refuseFor(refusePurchase(listing, { ...wanted, buyerId: purchase.buyerId }));
    const { priceMinor: unitPriceMinor, stock, values: optionValues } = choiceOf(listing, wanted.variantId);
    refuseFor(refuseStock(stock, wanted.quantity));
    const totalMinor = ducat(unitPriceMinor * BigInt(wanted.quantity));
    return { wanted, listing, optionValues, unitPriceMinor, totalMinor };
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

function refuseFor(reason: PurchaseRefusal | null): void {
  if (reason !== null) throw purchaseRefusals[reason]();
}

const refusal = (kind: ErrorKind, code: PurchaseRefusal, message: string) => () => refuse(kind, code, message);

const purchaseRefusals: Readonly<Record<PurchaseRefusal, () => Error>> = {
  invalid_quantity: refusal('invalid', 'invalid_quantity', 'That quantity cannot be bought.'),
  own_listing: refusal('conflict', 'own_listing', 'This listing is your own.'),
  listing_withdrawn: refusal('conflict', 'listing_withdrawn', 'The seller has withdrawn this listing.'),
  listing_changed: refusal('conflict', 'listing_changed', 'The listing was changed. Look at it again before buying.'),
  sold_out: refusal('conflict', 'sold_out', 'The last one has just been sold.'),
  insufficient_stock: refusal('conflict', 'insufficient_stock', 'There are fewer left than you asked for.'),
};

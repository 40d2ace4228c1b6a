import type { PurchaseRefusal } from '#server/market/orders/order-rules.ts';
import { refuse } from '#server/platform/errors.ts';
import type { ErrorKind } from '#server/platform/errors.ts';

/** Throws the refusal that a reason stands for, of whoever wants to buy or to agree on a price; nothing where there is none. */
export function refuseFor(reason: PurchaseRefusal | null): void {
  if (reason !== null) throw refusalFor(reason);
}

/** The refusal that a reason stands for. */
export function refusalFor(reason: PurchaseRefusal): Error {
  return refusals[reason]();
}

const refusal = (kind: ErrorKind, code: PurchaseRefusal, message: string) => () => refuse(kind, code, message);

const refusals: Readonly<Record<PurchaseRefusal, () => Error>> = {
  invalid_quantity: refusal('invalid', 'invalid_quantity', 'That quantity cannot be bought.'),
  own_listing: refusal('conflict', 'own_listing', 'This listing is your own.'),
  listing_withdrawn: refusal('conflict', 'listing_withdrawn', 'The seller has withdrawn this listing.'),
  listing_changed: refusal('conflict', 'listing_changed', 'The listing was changed. Look at it again.'),
  sold_out: refusal('conflict', 'sold_out', 'The last one has just been sold.'),
  insufficient_stock: refusal('conflict', 'insufficient_stock', 'There are fewer left than you asked for.'),
};

import { agreedNow } from '#server/market/offers/agreed-versions.ts';
import { lockOffer, moveOffer, offerNotFound, offerNotOpen } from '#server/market/offers/offer-moves.ts';
import type { LockedOffer, OfferTools } from '#server/market/offers/offer-moves.ts';
import { shownOfferState } from '#server/market/offers/offer-rules.ts';
import type { PurchaseLine } from '#server/market/orders/order-schema.ts';
import { refusalFor } from '#server/market/orders/purchase-refusals.ts';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

/** Buying by an accepted offer: once, at the price that was agreed, of what was agreed, up to so many. */

/** What was agreed, by the listing that it is about: at most one open offer of a buyer is about one listing. */
export interface AgreedPrices {
  readonly unitPriceMinor: ReadonlyMap<string, DucatMinor>;
  readonly offers: readonly LockedOffer[];
}

/**
 * What a buyer's accepted offers allow of these lines; their listings are locked. The prices are final.
 *
 * Refuses: `offer_not_found` (also another's, or of another thing), `offer_not_open`, `offer_quantity`, `listing_changed`
 * (it became something else since), `offer_above_price` (the listing asks less by now).
 */
export async function agreedPrices(
  tx: Tx,
  purchase: { buyerId: string; lines: readonly PurchaseLine[]; now: Date },
): Promise<AgreedPrices> {
  const offers: LockedOffer[] = [];
  for (const line of purchase.lines) {
    const { offerId = null } = line;
    if (offerId !== null) offers.push(await agreedFor(tx, { ...purchase, line, offerId }));
  }
  const prices = offers.map(({ listingId, unitPriceMinor }) => [listingId, ducat(unitPriceMinor)] as const);
  return { unitPriceMinor: new Map(prices), offers };
}

async function agreedFor(
  tx: Tx,
  wanted: { buyerId: string; now: Date; line: PurchaseLine; offerId: string },
): Promise<LockedOffer> {
  const { line } = wanted;
  const offer = await lockOffer(tx, wanted.offerId);
  if (offer?.buyerId !== wanted.buyerId) throw offerNotFound();
  if (offer.listingId !== line.listingId || offer.variantId !== line.variantId) throw offerNotFound();
  const state = shownOfferState(offer, wanted.now);
  if (state !== 'accepted') throw offerNotOpen(state);
  if (line.quantity > offer.quantity) throw offerQuantity(offer.quantity);
  // Whoever names a later version has looked at it; that it is the one on sale is seen with every purchase.
  const now = await agreedNow(tx, offer, line.listingVersion);
  if (now.stands) return offer;
  if (now.problem === 'cheaper')
    throw refuse('conflict', 'offer_above_price', 'The listing costs less by now than what was agreed.');
  throw refusalFor('listing_changed');
}

function offerQuantity(most: number): Error {
  const message = 'Fewer were agreed on.';
  return new DomainError({ kind: 'conflict', code: 'offer_quantity', message, details: { most } });
}

/** Marks offers as used, in the transaction that places the orders. */
export async function useOffers(tx: Tx, tools: OfferTools, offers: readonly LockedOffer[]): Promise<void> {
  for (const offer of offers) {
    const { state } = await moveOffer(tx, tools, { offer, action: 'use', actor: 'buyer' });
    invariant(state === 'used', 'an offer that is used is over');
  }
}

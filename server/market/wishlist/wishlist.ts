import { listingNotFound } from '#server/market/catalogue/listings.ts';
import { runningSales } from '#server/market/discounts/sale-queries.ts';
import { wishesMax } from '#server/market/wishlist/wishlist-schema.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';

interface WishInput {
  citizenId: string;
  listingId: string;
}

/**
 * Puts a listing on a citizen's wishlist, with its price as it is now; doing it twice changes nothing.
 * Refuses: `listing_not_found` (nor on sale), `own_wish`, `wishlist_full`.
 */
export async function wish(tx: Tx, input: WishInput & { clock: Clock }): Promise<{ isWished: true }> {
  const { citizenId, listingId, clock } = input;
  await lockName(tx, `market.wishlist:${citizenId}`);
  if ((await tx.wishlistItem.count({ where: { citizenId, listingId } })) > 0) return { isWished: true };
  const listing = await tx.listing.findUnique({
    where: { id: listingId },
    select: { sellerId: true, title: true, priceMinor: true, stock: true, state: true },
  });
  if (listing === null || listing.state !== 'published') throw listingNotFound();
  if (listing.sellerId === citizenId) throw refuse('invalid', 'own_wish', 'This listing is your own.');
  if ((await tx.wishlistItem.count({ where: { citizenId } })) >= wishesMax) throw wishlistFull();
  const { title, priceMinor, stock, sellerId } = listing;
  // A sale that goes on is what they see as they put it there.
  const sales = await runningSales(tx, { listings: [{ id: listingId, sellerId }], now: clock.now() });
  const toldSaleId = sales.get(listingId)?.saleId ?? null;
  const isAvailable = stock === null || stock > 0;
  const seen = { title, priceMinor, wasAvailable: isAvailable, toldPriceMinor: priceMinor, toldSaleId, isAvailable };
  await tx.wishlistItem.create({
    data: { citizenId, listingId, addedAt: clock.now(), ...seen },
    select: { listingId: true },
  });
  return { isWished: true };
}

/** Takes a listing off a citizen's wishlist; what is not there is taken off already. */
export async function unwish(tx: Tx, { citizenId, listingId }: WishInput): Promise<{ isWished: false }> {
  await tx.wishlistItem.deleteMany({ where: { citizenId, listingId } });
  return { isWished: false };
}

function wishlistFull(): Error {
  return new DomainError({
    kind: 'conflict',
    code: 'wishlist_full',
    message: 'Your wishlist holds as many listings as it can. Take something off it first.',
    details: { wishesMax },
  });
}

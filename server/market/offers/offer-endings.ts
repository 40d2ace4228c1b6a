import { lockListings } from '#server/market/catalogue/listing-locks.ts';
import { lockOffer, lockWithListing, moveOffer } from '#server/market/offers/offer-moves.ts';
import type { OfferTools } from '#server/market/offers/offer-moves.ts';
import type { Prisma, Tx } from '#server/platform/db.ts';

/** How offers end without either side saying so in them. */

/** More than one citizen has: 20 as a buyer, and what others offer them. */
const endingMax = 2_000;

/** Ends an offer whose time is over, and tells both; says whether it was still open. */
export async function expireOffer(tx: Tx, tools: OfferTools, offerId: string): Promise<boolean> {
  const { offer } = await lockWithListing(tx, offerId);
  if (offer.deadlineAt === null || offer.deadlineAt > tools.clock.now()) return false;
  await moveOffer(tx, tools, { offer, action: 'expire', actor: 'system' });
  return true;
}

/** Ends all open offers between two citizens, whichever of them sells: one does not want to deal with the other. */
export function endOffersBetween(tx: Tx, tools: OfferTools, [one, other]: readonly [string, string]): Promise<number> {
  const pairs = [
    { buyerId: one, sellerId: other },
    { buyerId: other, sellerId: one },
  ];
  return endAll(tx, tools, { OR: pairs });
}

/** With an account its open offers end, on both sides. */
export function endOffersOf(tx: Tx, tools: OfferTools, citizenId: string): Promise<number> {
  return endAll(tx, tools, { OR: [{ buyerId: citizenId }, { sellerId: citizenId }] });
}

/** The listings that a citizen's open offers are for: who ends them all locks these first, with what else they lock. */
export async function listingsOfOffers(tx: Tx, citizenId: string): Promise<string[]> {
  const rows = await tx.offer.findMany({
    where: { OR: [{ buyerId: citizenId }, { sellerId: citizenId }], closedAt: null },
    take: endingMax,
    select: { listingId: true },
  });
  return rows.map(({ listingId }) => listingId);
}

async function endAll(tx: Tx, tools: OfferTools, whose: Prisma.OfferWhereInput): Promise<number> {
  const open = await tx.offer.findMany({
    where: { ...whose, closedAt: null },
    orderBy: { id: 'asc' },
    take: endingMax,
    select: { id: true, listingId: true },
  });
  await lockListings(
    tx,
    open.map(({ listingId }) => listingId),
  );
  let ended = 0;
  for (const { id } of open) {
    const offer = await lockOffer(tx, id);
    if (offer?.deadlineAt === undefined || offer.deadlineAt === null) continue;
    const action = offer.deadlineAt <= tools.clock.now() ? 'expire' : 'end';
    await moveOffer(tx, tools, { offer, action, actor: 'system' });
    ended += 1;
  }
  return ended;
}

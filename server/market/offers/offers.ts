import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { lockListing } from '#server/market/catalogue/listing-locks.ts';
import { choiceOf } from '#server/market/catalogue/listing-rules.ts';
import { listingNotFound } from '#server/market/catalogue/listings.ts';
import {
  insertOfferEvent,
  lockOffer,
  lockWithListing,
  moveOffer,
  offerKeyReused,
  offerNotFound,
  tellOne,
} from '#server/market/offers/offer-moves.ts';
import type { LockedOffer, OfferMove, OfferTools } from '#server/market/offers/offer-moves.ts';
import { offerProcess } from '#server/market/offers/offer-process.ts';
import {
  isOfferOpen,
  offerDeadline,
  offerLimits,
  refuseTerms,
  shownOfferState,
} from '#server/market/offers/offer-rules.ts';
import { storedOfferWords } from '#server/market/offers/offer-schema.ts';
import type {
  CounterOfferInput,
  MakeOfferInput,
  OfferReceipt,
  OfferStep,
  OfferStepInput,
} from '#server/market/offers/offer-schema.ts';
import { refuseUnseen } from '#server/market/orders/order-rules.ts';
import { refuseFor } from '#server/market/orders/purchase-refusals.ts';
import { isBlockedBetween } from '#server/market/people/blocks.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';

/** Offers and what the two sides do with them. Every write takes the listing's row first, then the offer's. */

const dayMs = 86_400_000;

/**
 * Offers a price for some of a listing, once per buyer and key. Neither money nor stock is held by it.
 *
 * Refuses: `listing_not_found`, `own_listing`, `listing_withdrawn`, `listing_changed`, `offers_not_taken`,
 * `seller_unavailable`, `variant_required`, `variant_unavailable`, `offer_above_price`, `sold_out`, `insufficient_stock`,
 * `offer_open_already`, `offer_limit`, `offer_limit_day`, `idempotency_key_reused`.
 */
export async function makeOffer(
  tx: Tx,
  tools: OfferTools,
  { buyerId, wish }: { buyerId: string; wish: MakeOfferInput },
): Promise<OfferReceipt> {
  const { key, note, unitPriceMinor, quantity, variantId = null } = wish;
  const listing = await lockListing(tx, wish.listingId);
  if (listing === null) throw listingNotFound();
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('market.offers:' || ${buyerId}, 0))`;
  const hash = inputHash({
    ...{ listingId: listing.id, listingVersion: wish.listingVersion, variantId, quantity, note },
    unitPriceMinor: unitPriceMinor.toString(),
  });
  const known = await stepByKey(tx, { actorId: buyerId, key, hash });
  if (known !== null) return known;
  await refuseListing(tx, listing, { buyerId, version: wish.listingVersion });
  const { values } = choiceOf(listing, variantId);
  refuseNamed(listing, { variantId, unitPriceMinor, quantity });
  const at = tools.clock.now();
  await makeRoom(tx, tools, { buyerId, listingId: listing.id });
  const offer: LockedOffer = {
    ...{ id: tools.ids.uuid(), listingId: listing.id, listingVersion: listing.version, variantId },
    ...{ buyerId, sellerId: listing.sellerId, state: offerProcess.first, rounds: 1, sequence: 1 },
    ...{ quantity, unitPriceMinor, deadlineAt: offerDeadline({ state: offerProcess.first, at }) },
  };
  await tx.offer.create({
    data: { ...offer, optionValues: [...values], createdAt: at, updatedAt: at },
    select: { id: true },
  });
  const named = { unitPriceMinor, quantity, note };
  const move = { action: 'offer', actor: 'buyer', named, attempt: { key, inputHash: hash } } as const;
  await insertOfferEvent(tx, { offer, move, to: offer.state, at });
  await emit(tx, tools, { type: 'offer.made', subject: offer.id, payload: { buyerId, sellerId: offer.sellerId } });
  await tellOne(tx, tools, { offer, citizenId: offer.sellerId, kind: 'offer_received', to: offer.state });
  return { offerId: offer.id, state: offer.state, sequence: offer.sequence };
}

/** The first reason why nobody may offer anything for a listing, but for the choice and the terms. */
async function refuseListing(
  tx: Tx,
  listing: LockedListing,
  { buyerId, version }: { buyerId: string; version: number },
): Promise<void> {
  refuseFor(listing.sellerId === buyerId ? 'own_listing' : refuseUnseen(listing, { listingVersion: version }));
  if (!listing.takesOffers) throw refuse('conflict', 'offers_not_taken', 'The seller takes no offers for this.');
  await refuseBlocked(tx, { buyerId, sellerId: listing.sellerId });
}

/** Refuses `seller_unavailable` where one of the two blocked the other. */
async function refuseBlocked(tx: Tx, { buyerId, sellerId }: { buyerId: string; sellerId: string }): Promise<void> {
  if (await isBlockedBetween(tx, [sellerId, buyerId]))
    throw refuse('conflict', 'seller_unavailable', 'The two of you do not deal with each other.');
}

/** Counted under the buyer's lock. An offer of theirs whose time is over does not stand in the way of the next. */
async function makeRoom(
  tx: Tx,
  tools: OfferTools,
  { buyerId, listingId }: { buyerId: string; listingId: string },
): Promise<void> {
  const now = tools.clock.now();
  const open = await tx.offer.findFirst({ where: { buyerId, listingId, closedAt: null }, select: { id: true } });
  const same = open === null ? null : await lockOffer(tx, open.id);
  if (same !== null && shownOfferState(same, now) !== 'expired')
    throw refuse('conflict', 'offer_open_already', 'You have an open offer for this listing already.');
  if (same !== null) await moveOffer(tx, tools, { offer: same, action: 'expire', actor: 'system' });
  const openOfBuyer = await tx.offer.count({ where: { buyerId, closedAt: null, deadlineAt: { gt: now } } });
  if (openOfBuyer >= offerLimits.openOfBuyerMax)
    throw refuse('conflict', 'offer_limit', 'You have as many open offers as one can have.');
  const ofDay = await tx.offer.count({ where: { buyerId, createdAt: { gt: new Date(now.getTime() - dayMs) } } });
  if (ofDay >= offerLimits.perDayMax)
    throw refuse('rate_limited', 'offer_limit_day', 'You have made many offers today. Try again tomorrow.');
}

type Taken = OfferTools & { citizenId: string };

/** Names another price to whoever named the last. Refuses as `takeStep`, and what `refuseTerms` says. */
export function counterOffer(tx: Tx, tools: Taken, input: CounterOfferInput): Promise<OfferReceipt> {
  const { unitPriceMinor, quantity, note, ...step } = input;
  return takeStep(tx, tools, { ...step, action: 'counter', named: { unitPriceMinor, quantity, note } });
}

/** Agrees to the price that was named last: it is the buyer's for a while. Refuses as `takeStep`. */
export function acceptOffer(tx: Tx, tools: Taken, input: OfferStepInput): Promise<OfferReceipt> {
  return takeStep(tx, tools, { ...input, action: 'accept' });
}

/** Ends it, by whoever's turn it is. Refuses as `takeStep`. */
export function declineOffer(tx: Tx, tools: Taken, input: OfferStepInput): Promise<OfferReceipt> {
  return takeStep(tx, tools, { ...input, action: 'decline' });
}

/** Ends it, by its buyer at any time. Refuses as `takeStep`. */
export function withdrawOffer(tx: Tx, tools: Taken, input: OfferStepInput): Promise<OfferReceipt> {
  return takeStep(tx, tools, { ...input, action: 'withdraw' });
}

/**
 * One step of one side. The same key again answers as the first time.
 * Refuses: `offer_not_found` (also for strangers), `offer_not_open`, `offer_not_your_turn`, `offer_rounds_used`,
 * `offer_moved_on` (something happened that was not read), `idempotency_key_reused`; and where it goes on:
 * `listing_withdrawn`, `listing_changed`, `variant_unavailable`, `sold_out`, `insufficient_stock`, `seller_unavailable`.
 */
async function takeStep(
  tx: Tx,
  tools: Taken,
  step: OfferStepInput & { action: OfferStep; named?: OfferMove['named'] },
): Promise<OfferReceipt> {
  const { action, named, key, sequence, offerId } = step;
  const { offer, listing } = await lockWithListing(tx, offerId);
  const actor = sideOf(offer, tools.citizenId);
  const said = named === undefined ? {} : { ...named, unitPriceMinor: named.unitPriceMinor.toString() };
  const hash = inputHash({ offerId, action, sequence, ...said });
  const known = await stepByKey(tx, { actorId: tools.citizenId, key, hash });
  if (known !== null) return known;
  const isOpen = isOfferOpen(shownOfferState(offer, tools.clock.now()));
  if (isOpen && offer.sequence !== sequence)
    throw refuse('conflict', 'offer_moved_on', 'Something was added meanwhile. Read it before you answer.');
  if (isOpen && (action === 'accept' || action === 'counter')) {
    await refuseBlocked(tx, offer);
    refuseStale(listing, offer);
    refuseNamed(listing, { variantId: offer.variantId, ...(named ?? offer) });
  }
  const attempt = { key, inputHash: hash };
  return moveOffer(tx, tools, { offer, action, actor, attempt, ...(named === undefined ? {} : { named }) });
}

function sideOf(offer: { buyerId: string; sellerId: string }, citizenId: string): 'buyer' | 'seller' {
  if (citizenId === offer.buyerId) return 'buyer';
  if (citizenId === offer.sellerId) return 'seller';
  throw offerNotFound();
}

/** Refuses `listing_withdrawn` and `listing_changed`: an agreement is about what the buyer saw. */
export function refuseStale(
  listing: Pick<LockedListing, 'state' | 'version'>,
  offer: Pick<LockedOffer, 'listingVersion'>,
): void {
  refuseFor(refuseUnseen(listing, offer));
}

/** Refuses what cannot be had for what is named. */
function refuseNamed(
  listing: LockedListing,
  named: { variantId: string | null; unitPriceMinor: bigint; quantity: number },
): void {
  const reason = refuseTerms(choiceOf(listing, named.variantId), named);
  if (reason === 'offer_above_price') throw refuse('invalid', reason, 'That is more than the seller asks.');
  refuseFor(reason);
}

/** What a key of somebody stands for already. Refuses `idempotency_key_reused` where that is something else. */
async function stepByKey(
  tx: Tx,
  { actorId, key, hash }: { actorId: string; key: string; hash: string },
): Promise<OfferReceipt | null> {
  const known = await tx.offerEvent.findUnique({
    where: { actorId_key: { actorId, key } },
    select: { offerId: true, sequence: true, toState: true, inputHash: true },
  });
  if (known === null) return null;
  const { offerId, sequence, toState } = known;
  invariant(known.inputHash !== null, 'a step with a key has a hash of what was sent');
  if (known.inputHash !== hash) throw offerKeyReused();
  return { offerId, sequence, state: storedOfferWords.state.parse(toState) };
}

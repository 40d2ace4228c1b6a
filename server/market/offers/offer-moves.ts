import { citizensByIds } from '#server/citizens/queries.ts';
import type { NotificationKind } from '#server/citizens/schema.ts';
import { lockListing, type LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { decideOfferStep, isOfferOpen, offerDeadline, shownOfferState } from '#server/market/offers/offer-rules.ts';
import type { OfferTransition } from '#server/market/offers/offer-process.ts';
import { storedOfferWords } from '#server/market/offers/offer-schema.ts';
import type { OfferAction, OfferActor, OfferReceipt, OfferState } from '#server/market/offers/offer-schema.ts';
import { tell } from '#server/market/people/blocks.ts';
import { toDecimal } from '#server/money/money.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';

/** The mechanics of every step of an offer: locks, the new state, its history, and who is told. */

export interface OfferTools {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** An offer whose row this transaction holds, as it is then. */
export interface LockedOffer {
  id: string;
  listingId: string;
  listingVersion: number;
  variantId: string | null;
  buyerId: string;
  sellerId: string;
  state: OfferState;
  rounds: number;
  sequence: number;
  quantity: number;
  unitPriceMinor: bigint;
  deadlineAt: Date | null;
}

export const offerColumns = {
  id: true,
  listingId: true,
  listingVersion: true,
  variantId: true,
  buyerId: true,
  sellerId: true,
  state: true,
  rounds: true,
  sequence: true,
  quantity: true,
  unitPriceMinor: true,
  deadlineAt: true,
} as const;

export function offerNotFound(): Error {
  return refuse('not_found', 'offer_not_found', 'There is no such offer.');
}

/** Locks an offer of a listing that this transaction holds. Null where there is none. */
export async function lockOffer(tx: Tx, offerId: string): Promise<LockedOffer | null> {
  await tx.$queryRaw`SELECT id::text FROM offer WHERE id = ${offerId}::uuid FOR NO KEY UPDATE`;
  const row = await tx.offer.findUnique({ where: { id: offerId }, select: offerColumns });
  return row === null ? null : { ...row, state: storedOfferWords.state.parse(row.state) };
}

/** Locks an offer after its listing, as everybody does. Refuses `offer_not_found`. */
export async function lockWithListing(
  tx: Tx,
  offerId: string,
): Promise<{ offer: LockedOffer; listing: LockedListing }> {
  const known = await tx.offer.findUnique({ where: { id: offerId }, select: { listingId: true } });
  if (known === null) throw offerNotFound();
  const listing = await lockListing(tx, known.listingId);
  const offer = await lockOffer(tx, offerId);
  invariant(listing !== null && offer !== null, 'an offer that was there, and its listing, are not removed');
  return { offer, listing };
}

export interface OfferMove {
  readonly offer: LockedOffer;
  readonly action: OfferAction;
  readonly actor: OfferActor;
  /** Of a step that names a price. */
  readonly named?: { readonly unitPriceMinor: bigint; readonly quantity: number; readonly note: string | null };
  readonly attempt?: { readonly key: string; readonly inputHash: string };
}

/**
 * Takes one declared step of a locked offer and tells the other side, or both where the house took it.
 * Refuses: `offer_not_open`, `offer_not_your_turn`, `offer_rounds_used`.
 */
export async function moveOffer(tx: Tx, tools: OfferTools, move: OfferMove): Promise<OfferReceipt> {
  const { offer, action, actor, named } = move;
  const at = tools.clock.now();
  // What the worker has not ended yet has ended all the same.
  const state = actor === 'system' ? offer.state : shownOfferState(offer, at);
  const transition = transitionOrRefusal({ ...offer, state }, { action, actor });
  const to = transition.to;
  const sequence = offer.sequence + 1;
  await tx.offer.update({
    where: { id: offer.id },
    data: {
      state: to,
      sequence,
      deadlineAt: offerDeadline({ state: to, at }),
      updatedAt: at,
      closedAt: isOfferOpen(to) ? null : at,
      ...(named === undefined
        ? {}
        : { unitPriceMinor: named.unitPriceMinor, quantity: named.quantity, rounds: offer.rounds + 1 }),
    },
    select: { id: true },
  });
  await insertOfferEvent(tx, { offer: { ...offer, sequence }, move, to, at });
  await emit(tx, tools, { type: `offer.${to}`, subject: offer.id, payload: { action, actor } });
  await tellOfOffer(tx, tools, { offer: { ...offer, ...named }, transition });
  return { offerId: offer.id, state: to, sequence };
}

export async function insertOfferEvent(
  tx: Tx,
  entry: {
    offer: Pick<LockedOffer, 'id' | 'buyerId' | 'sellerId' | 'sequence'>;
    move: Omit<OfferMove, 'offer' | 'action'> & { action: OfferAction | 'offer' };
    to: OfferState;
    at: Date;
  },
): Promise<void> {
  const { offer, move, to: toState, at } = entry;
  const { action, actor, named, attempt } = move;
  const actorId = actor === 'system' ? null : actor === 'buyer' ? offer.buyerId : offer.sellerId;
  const said = { action, actor, actorId, toState, at, ...named, ...attempt };
  const row = { offerId: offer.id, sequence: offer.sequence, ...said };
  const { count } = await tx.offerEvent.createMany({ data: [row], skipDuplicates: true });
  // Steps of one offer wait for each other, so whoever holds this key now took a step of another one.
  if (count === 0) throw offerKeyReused();
}

export function offerKeyReused(): Error {
  return refuse('conflict', 'idempotency_key_reused', 'This form was already sent with other contents. Reload it.');
}

function transitionOrRefusal(
  offer: Pick<LockedOffer, 'state' | 'rounds'>,
  wanted: { action: OfferAction; actor: OfferActor },
): OfferTransition {
  const decision = decideOfferStep({ ...wanted, state: offer.state, rounds: offer.rounds });
  if (decision.allowed) return decision.transition;
  switch (decision.reason) {
    case 'over':
      throw offerNotOpen(offer.state);
    case 'not_your_turn':
      throw refuse('conflict', 'offer_not_your_turn', 'It is not your turn.');
    case 'rounds_used':
      throw refuse('conflict', 'offer_rounds_used', 'No more prices can be named. Accept or decline this one.');
  }
}

export function offerNotOpen(state: OfferState): Error {
  const message = 'This offer is over.';
  return new DomainError({ kind: 'conflict', code: 'offer_not_open', message, details: { state } });
}

/** What of a step is told; a purchase is told as such. */
function kindOf({ to, action }: Pick<OfferTransition, 'to' | 'action'>): NotificationKind | null {
  if (action === 'counter') return 'offer_countered';
  if (to === 'accepted') return 'offer_accepted';
  return to === 'used' ? null : 'offer_ended';
}

async function tellOfOffer(
  tx: Tx,
  tools: OfferTools,
  { offer, transition }: { offer: LockedOffer; transition: OfferTransition },
): Promise<void> {
  const kind = kindOf(transition);
  if (kind === null) return;
  const { buyerId, sellerId } = offer;
  const both = [buyerId, sellerId].toSorted();
  const told = transition.actor === 'system' ? both : [transition.actor === 'buyer' ? sellerId : buyerId];
  for (const citizenId of told) await tellOne(tx, tools, { offer, citizenId, kind, to: transition.to });
}

/** Tells one side, with what was named last and the name of the other, unless they do not want to hear of them. */
export async function tellOne(
  tx: Tx,
  tools: OfferTools,
  news: { offer: LockedOffer; citizenId: string; kind: NotificationKind; to: OfferState },
): Promise<void> {
  const { offer, citizenId, kind, to } = news;
  const from = citizenId === offer.buyerId ? offer.sellerId : offer.buyerId;
  const other = (await citizensByIds(tx, [from])).get(from);
  invariant(other !== undefined, 'both sides of an offer are known citizens');
  const { title } = await tx.listing.findUniqueOrThrow({ where: { id: offer.listingId }, select: { title: true } });
  const named = { amount: toDecimal(offer.unitPriceMinor), count: offer.quantity };
  const details = { offer: offer.id, title, name: other.displayName, to, ...named };
  await tell(tx, tools, { citizenId, kind, details, from });
}

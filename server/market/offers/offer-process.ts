import type { OfferAction, OfferActor, OfferState } from '#server/market/offers/offer-schema.ts';

/**
 * How an offer goes, as data: states, who may take which step, and what happens by itself when nobody acts. A step that is
 * not here does not exist. It moves no money: the purchase that an accepted offer allows is an order like any other.
 */

export interface OfferTransition {
  readonly from: OfferState;
  readonly to: OfferState;
  readonly action: OfferAction;
  readonly actor: OfferActor;
  /** Whether it names a price, of which there are only so many. */
  readonly isRound?: true;
}

/** What the house does when an offer has been in a state for so long. */
export interface OfferTimer {
  readonly state: OfferState;
  readonly afterHours: number;
  readonly action: OfferAction;
}

export interface OfferProcess {
  readonly first: OfferState;
  /** Prices that may be named, the first included. */
  readonly roundsMax: number;
  readonly transitions: readonly OfferTransition[];
  readonly timers: readonly OfferTimer[];
}

/** Of every state that an offer is not over in: the buyer withdraws, time runs out, or one of the two is gone. */
const whileOpen: readonly OfferTransition[] = (['seller_turn', 'buyer_turn', 'accepted'] as const).flatMap(
  (from): OfferTransition[] => [
    { from, action: 'withdraw', actor: 'buyer', to: 'withdrawn' },
    { from, action: 'expire', actor: 'system', to: 'expired' },
    // One blocked the other, or closed their account.
    { from, action: 'end', actor: 'system', to: 'ended' },
  ],
);

export const offerProcess: OfferProcess = {
  first: 'seller_turn',
  roundsMax: 10,
  transitions: [
    { from: 'seller_turn', action: 'accept', actor: 'seller', to: 'accepted' },
    { from: 'seller_turn', action: 'counter', actor: 'seller', to: 'buyer_turn', isRound: true },
    { from: 'seller_turn', action: 'decline', actor: 'seller', to: 'declined' },
    { from: 'buyer_turn', action: 'accept', actor: 'buyer', to: 'accepted' },
    { from: 'buyer_turn', action: 'counter', actor: 'buyer', to: 'seller_turn', isRound: true },
    { from: 'buyer_turn', action: 'decline', actor: 'buyer', to: 'declined' },
    { from: 'accepted', action: 'use', actor: 'buyer', to: 'used' },
    ...whileOpen,
  ],
  timers: [
    { state: 'seller_turn', afterHours: 48, action: 'expire' },
    { state: 'buyer_turn', afterHours: 48, action: 'expire' },
    { state: 'accepted', afterHours: 48, action: 'expire' },
  ],
};

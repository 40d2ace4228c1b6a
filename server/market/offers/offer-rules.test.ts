import { describe, expect, it } from 'vitest';
import { offerProcess } from '#server/market/offers/offer-process.ts';
import type { OfferProcess } from '#server/market/offers/offer-process.ts';
import {
  decideOfferStep,
  faultsOfOffers,
  isOfferOpen,
  offerDeadline,
  offerSteps,
  refuseTerms,
  shownOfferState,
} from '#server/market/offers/offer-rules.ts';
import { counterOfferInput, makeOfferInput, offerStates } from '#server/market/offers/offer-schema.ts';
import type { OfferState } from '#server/market/offers/offer-schema.ts';

const id = '01890000-0000-7000-8000-000000000000';
const wish = {
  ...{ listingId: id, listingVersion: 1, variantId: null, unitPriceMinor: 5_00n, quantity: 1, note: null },
  key: id,
};

/** Every way an offer can go, as the states it passes; a price is named by each round. */
function pathsFrom(process: OfferProcess, state: OfferState, rounds: number): OfferState[][] {
  const steps = process.transitions.filter(({ from }) => from === state);
  if (steps.length === 0) return [[state]];
  return steps.flatMap(({ action, actor }) => {
    const decision = decideOfferStep({ state, action, actor, rounds }, process);
    if (!decision.allowed) return [];
    const { to, isRound } = decision.transition;
    return pathsFrom(process, to, rounds + (isRound === true ? 1 : 0)).map((path) => [state, ...path]);
  });
}

describe('the offer process', () => {
  it('has no fault, and every path of it ends after at most ten prices, with every end reached', () => {
    expect(faultsOfOffers(offerProcess)).toEqual([]);
    const paths = pathsFrom(offerProcess, offerProcess.first, 1);
    const ends = new Set(paths.map((path) => path.at(-1)));
    expect([...ends].sort()).toEqual(offerStates.filter((state) => !isOfferOpen(state)).toSorted());
    const turns = paths.map((path) => path.filter((state) => state.endsWith('_turn')).length);
    expect(Math.max(...turns)).toBe(offerProcess.roundsMax);
  });

  it.each<[string, Partial<OfferProcess>]>([
    ['accepted has no one timer', { timers: offerProcess.timers.filter(({ state }) => state !== 'accepted') }],
    [
      'the timer of buyer_turn ends nothing',
      {
        timers: offerProcess.timers.map((timer) =>
          timer.state === 'buyer_turn' ? { ...timer, action: 'use' } : timer,
        ),
      },
    ],
    [
      'seller_turn comes back without a price being named',
      { transitions: offerProcess.transitions.map(({ isRound: _isRound, ...free }) => free) },
    ],
    ['nothing leads to used', { transitions: offerProcess.transitions.filter(({ to }) => to !== 'accepted') }],
  ])('would be found wrong: %s', (fault, change) => {
    expect(faultsOfOffers({ ...offerProcess, ...change })).toContain(fault);
  });

  it('lets each side do only what its turn allows, and no eleventh price be named', () => {
    expect(offerSteps({ state: 'seller_turn', actor: 'seller', rounds: 1 })).toEqual(['accept', 'counter', 'decline']);
    expect(offerSteps({ state: 'seller_turn', actor: 'buyer', rounds: 1 })).toEqual(['withdraw']);
    expect(offerSteps({ state: 'buyer_turn', actor: 'buyer', rounds: 9 })).toContain('counter');
    expect(offerSteps({ state: 'buyer_turn', actor: 'buyer', rounds: 10 })).toEqual(['accept', 'decline', 'withdraw']);
    expect(offerSteps({ state: 'accepted', actor: 'seller', rounds: 3 })).toEqual([]);
    expect(offerSteps({ state: 'used', actor: 'buyer', rounds: 3 })).toEqual([]);
  });

  it('gives 48 hours in every open state, and what is due has expired', () => {
    const at = new Date('2026-11-22T10:00:00Z');
    const due = new Date('2026-11-24T10:00:00Z');
    for (const state of offerStates) expect(offerDeadline({ state, at })).toEqual(isOfferOpen(state) ? due : null);
    expect(shownOfferState({ state: 'accepted', deadlineAt: due }, new Date(due.getTime() - 1))).toBe('accepted');
    expect(shownOfferState({ state: 'accepted', deadlineAt: due }, due)).toBe('expired');
    expect(shownOfferState({ state: 'declined', deadlineAt: null }, due)).toBe('declined');
  });
});

describe('what is offered', () => {
  it.each([
    [{ unitPriceMinor: 10_00n, quantity: 5 }, null],
    [{ unitPriceMinor: 10_01n, quantity: 1 }, 'offer_above_price'],
    [{ unitPriceMinor: 1n, quantity: 6 }, 'insufficient_stock'],
  ])('is at most the price and the stock: %o', (named, refusal) => {
    expect(refuseTerms({ priceMinor: 10_00n, stock: 5 }, named)).toBe(refusal);
  });

  it('is refused when sold out, and of unlimited stock there is enough', () => {
    expect(refuseTerms({ priceMinor: 10n, stock: 0 }, { unitPriceMinor: 1n, quantity: 1 })).toBe('sold_out');
    expect(refuseTerms({ priceMinor: 10n, stock: null }, { unitPriceMinor: 1n, quantity: 100 })).toBeNull();
  });

  it.each([
    ['a price of nothing', { unitPriceMinor: 0n }],
    ['a price below nothing', { unitPriceMinor: -1n }],
    ['a price above what anything may cost', { unitPriceMinor: 100_000_001n }],
    ['none at all', { quantity: 0 }],
    ['half of one', { quantity: 1.5 }],
    ['more than one may buy', { quantity: 101 }],
    ['a note with a control character', { note: 'a\u0000b' }],
    ['a note that turns the direction', { note: 'a\u202eb' }],
    ['a note without an end', { note: 'x'.repeat(201) }],
    ['an empty note', { note: '  ' }],
  ])('does not read: %s', (_, wrong) => {
    expect(makeOfferInput.safeParse(wish).success).toBe(true);
    expect(makeOfferInput.safeParse({ ...wish, ...wrong }).success).toBe(false);
    const counter = { offerId: id, sequence: 1, key: id, unitPriceMinor: 5n, quantity: 1, note: null };
    expect(counterOfferInput.safeParse(counter).success).toBe(true);
    expect(counterOfferInput.safeParse({ ...counter, ...wrong }).success).toBe(false);
  });
});

import { offerProcess } from '#server/market/offers/offer-process.ts';
import type { OfferProcess, OfferTransition } from '#server/market/offers/offer-process.ts';
import type { OfferAction, OfferActor, OfferSide, OfferState, OfferStep } from '#server/market/offers/offer-schema.ts';
import { refuseStock } from '#server/market/orders/order-rules.ts';

/** What follows from the declared process, and what may be offered: pure decisions. */

export const offerLimits = {
  /** Open offers of one buyer; of one listing it is one. */
  openOfBuyerMax: 20,
  /** Offers that one buyer makes within 24 hours. */
  perDayMax: 40,
} as const;

const hourMs = 3_600_000;

/** Whether some step leads out of a state. */
export function isOfferOpen(state: OfferState, { transitions }: OfferProcess = offerProcess): boolean {
  return transitions.some(({ from }) => from === state);
}

export type OfferDecision =
  | { readonly allowed: true; readonly transition: OfferTransition }
  | { readonly allowed: false; readonly reason: 'over' | 'not_your_turn' | 'rounds_used' };

/** Whether `actor` may take `action`, `rounds` prices having been named. */
export function decideOfferStep(
  step: { state: OfferState; action: OfferAction; actor: OfferActor; rounds: number },
  { transitions, roundsMax }: OfferProcess = offerProcess,
): OfferDecision {
  const transition = transitions.find(
    ({ from, action, actor }) => from === step.state && action === step.action && actor === step.actor,
  );
  if (!transitions.some(({ from }) => from === step.state)) return { allowed: false, reason: 'over' };
  if (transition === undefined) return { allowed: false, reason: 'not_your_turn' };
  if (transition.isRound === true && step.rounds >= roundsMax) return { allowed: false, reason: 'rounds_used' };
  return { allowed: true, transition };
}

/** What one side may do now: the buttons of an offer's page. */
export function offerSteps(offer: { state: OfferState; actor: OfferSide; rounds: number }): OfferStep[] {
  const steps: OfferStep[] = ['accept', 'counter', 'decline', 'withdraw'];
  return steps.filter((action) => decideOfferStep({ ...offer, action }).allowed);
}

/** Until when an offer stays in a state that it enters now; null where that is its end. */
export function offerDeadline(
  entered: { state: OfferState; at: Date },
  { timers }: OfferProcess = offerProcess,
): Date | null {
  const timer = timers.find(({ state }) => state === entered.state);
  return timer === undefined ? null : new Date(entered.at.getTime() + timer.afterHours * hourMs);
}

/** An offer whose time is over has expired, whether or not the worker has written it down. */
export function shownOfferState(offer: { state: OfferState; deadlineAt: Date | null }, now: Date): OfferState {
  return offer.deadlineAt !== null && offer.deadlineAt <= now ? 'expired' : offer.state;
}

export type OfferRefusal = 'offer_above_price' | 'sold_out' | 'insufficient_stock';

/** Why such terms cannot be named for what is on sale now; null where they can. Stock null is unlimited. */
export function refuseTerms(
  asked: { priceMinor: bigint; stock: number | null },
  named: { unitPriceMinor: bigint; quantity: number },
): OfferRefusal | null {
  return named.unitPriceMinor > asked.priceMinor ? 'offer_above_price' : refuseStock(asked.stock, named.quantity);
}

/**
 * What is wrong with a declared process, in words; empty when every offer ends: each open state has one timer that leads
 * out for good, and whatever goes round in circles names a price each time, of which there are only so many.
 */
export function faultsOfOffers(process: OfferProcess): string[] {
  const states = [...new Set([process.first, ...process.transitions.flatMap(({ from, to }) => [from, to])])];
  const open = states.filter((state) => isOfferOpen(state, process));
  return [
    ...open.flatMap((state) => faultsOfState(process, state)),
    ...process.timers
      .filter(({ state }) => !open.includes(state))
      .map(({ state }) => `${state} is over and has a timer`),
    ...states
      .filter((state) => !reachedFrom(process, process.first).has(state))
      .map((state) => `nothing leads to ${state}`),
    ...unboundedCircles(process).map((state) => `${state} comes back without a price being named`),
    ...(process.roundsMax < 1 ? ['nobody may name a price'] : []),
  ];
}

function faultsOfState(process: OfferProcess, state: OfferState): string[] {
  const timers = process.timers.filter((timer) => timer.state === state);
  const leadsOut = timers.every(({ action, afterHours }) => {
    const decision = decideOfferStep({ state, action, actor: 'system', rounds: process.roundsMax }, process);
    return decision.allowed && !isOfferOpen(decision.transition.to, process) && afterHours > 0;
  });
  return [
    ...(timers.length === 1 ? [] : [`${state} has no one timer`]),
    ...(leadsOut ? [] : [`the timer of ${state} ends nothing`]),
  ];
}

function reachedFrom({ transitions }: Pick<OfferProcess, 'transitions'>, start: OfferState): Set<OfferState> {
  const reached = new Set([start]);
  for (let before = 0; before < reached.size;) {
    before = reached.size;
    for (const { from, to } of transitions) if (reached.has(from)) reached.add(to);
  }
  return reached;
}

/** States that one can come back to without naming a price. */
function unboundedCircles({ transitions }: OfferProcess): OfferState[] {
  const free = transitions.filter(({ isRound }) => isRound !== true);
  const starts = [...new Set(free.map(({ from }) => from))];
  return starts.filter((start) =>
    free.some(({ from, to }) => from === start && reachedFrom({ transitions: free }, to).has(start)),
  );
}

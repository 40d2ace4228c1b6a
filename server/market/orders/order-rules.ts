import { quantityMax } from '#server/market/orders/order-schema.ts';
import type { ListingState } from '#server/market/catalogue/catalogue-schema.ts';
import type { OrderAction, OrderActor, OrderState } from '#server/market/orders/order-schema.ts';
import { ducat, shareFloor } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';

/** The market's pure decisions: the order process as data, fees, and when a purchase cannot be. */

/** What happens to the money in the order's escrow account. */
export type OrderEffect = 'none' | 'release' | 'refund';

export interface OrderTransition {
  readonly action: OrderAction;
  readonly from: OrderState;
  readonly to: OrderState;
  readonly actor: OrderActor;
  readonly effect: OrderEffect;
}

/** The state a new order starts in: its money is already in escrow. */
export const firstOrderState = 'paid' satisfies OrderState;

/** The whole order process. A step that is not in this table does not exist. */
export const orderProcess: readonly OrderTransition[] = [
  { action: 'deliver', from: 'paid', to: 'delivered', actor: 'seller', effect: 'none' },
  { action: 'cancel', from: 'paid', to: 'cancelled', actor: 'seller', effect: 'refund' },
  // The payment behind it was taken back by its bank: there is nothing to pay the seller with.
  { action: 'cancel', from: 'paid', to: 'cancelled', actor: 'system', effect: 'refund' },
  { action: 'cancel', from: 'delivered', to: 'cancelled', actor: 'system', effect: 'refund' },
  { action: 'cancel', from: 'disputed', to: 'cancelled', actor: 'system', effect: 'refund' },
  { action: 'confirm', from: 'delivered', to: 'completed', actor: 'buyer', effect: 'release' },
  { action: 'dispute', from: 'paid', to: 'disputed', actor: 'buyer', effect: 'none' },
  { action: 'dispute', from: 'delivered', to: 'disputed', actor: 'buyer', effect: 'none' },
  { action: 'resolve_refund', from: 'disputed', to: 'refunded', actor: 'operator', effect: 'refund' },
  { action: 'resolve_release', from: 'disputed', to: 'completed', actor: 'operator', effect: 'release' },
];

/** States in which the order's money is still in escrow. */
export const openOrderStates = ['paid', 'delivered', 'disputed'] as const satisfies readonly OrderState[];

export function isOpen(state: OrderState): boolean {
  return openOrderStates.some((open) => open === state);
}

export type TransitionDecision =
  | { readonly allowed: true; readonly transition: OrderTransition }
  | { readonly allowed: false; readonly reason: 'wrong_actor' | 'wrong_state' };

/** Whether `actor` may take `action` on an order in `state`. Who may is decided before when. */
export function decideTransition(step: {
  state: OrderState;
  action: OrderAction;
  actor: OrderActor;
}): TransitionDecision {
  const ofActor = orderProcess.filter((rule) => rule.action === step.action && rule.actor === step.actor);
  if (ofActor.length === 0) return { allowed: false, reason: 'wrong_actor' };
  const transition = ofActor.find((rule) => rule.from === step.state);
  return transition === undefined ? { allowed: false, reason: 'wrong_state' } : { allowed: true, transition };
}

/** What `actor` may do next with an order in `state`: the buttons of the order page. */
export function availableActions(state: OrderState, actor: OrderActor): OrderAction[] {
  return orderProcess.filter((rule) => rule.from === state && rule.actor === actor).map((rule) => rule.action);
}

/** The house's share of a sale, in millionths of its total, rounded down in the seller's favour. */
export function saleFee(totalMinor: DucatMinor, feePpm: number): DucatMinor {
  return ducat(shareFloor(totalMinor, feePpm));
}

export type PurchaseRefusal =
  'own_listing' | 'listing_withdrawn' | 'listing_changed' | 'invalid_quantity' | 'sold_out' | 'insufficient_stock';

export interface PurchaseFacts {
  readonly buyerId: string;
  readonly sellerId: string;
  readonly state: ListingState;
  readonly version: number;
  /** Null: unlimited. */
  readonly stock: number | null;
  /** What the buyer asked for, and the version of the listing the buyer saw. */
  readonly quantity: number;
  readonly seenVersion: number;
}

/** The first reason why this purchase cannot be, or null when nothing but money can refuse it. */
export function refusePurchase(facts: PurchaseFacts): PurchaseRefusal | null {
  if (!Number.isSafeInteger(facts.quantity) || facts.quantity < 1 || facts.quantity > quantityMax)
    return 'invalid_quantity';
  if (facts.buyerId === facts.sellerId) return 'own_listing';
  if (facts.state !== 'published') return 'listing_withdrawn';
  if (facts.version !== facts.seenVersion) return 'listing_changed';
  if (facts.stock === 0) return 'sold_out';
  if (facts.stock !== null && facts.stock < facts.quantity) return 'insufficient_stock';
  return null;
}

/** To which fact of our books a movement of Stripe's balance belongs: the decision alone. */

/** A movement of the balance at Stripe, as Stripe tells it. Amounts in cents of its currency. */
export interface StripeMovement {
  id: string;
  type: string;
  /** The object that caused it; null for Stripe's own charges, of which the movement itself is the cause. */
  sourceId: string | null;
  /** Before Stripe's fee; negative when it takes away. */
  amountMinor: bigint;
  feeMinor: bigint;
  currency: string;
  createdAt: Date;
  availableOn: Date;
}

/** A fact of our books that no movement is matched with yet. */
export interface OpenFact {
  id: string;
  type: string;
  sourceId: string;
  amountMinor: bigint;
  /** Null where the fee is booked when Stripe tells it. */
  feeMinor: bigint | null;
}

export type Match =
  | { state: 'matched'; factId: string }
  | { state: 'different'; factId: string; difference: 'amount' | 'fee' | 'currency' }
  | { state: 'missing_here' };

/**
 * The fact of the same type, source and amount; where there is none, one that differs in the amount alone, which somebody
 * has to look at. A movement in another direction is another event: what a dispute took is not what it gave back.
 */
export function matchOf(movement: StripeMovement, facts: readonly OpenFact[]): Match {
  const cause = movement.sourceId ?? movement.id;
  const own = facts.filter(({ type, sourceId }) => type === movement.type && sourceId === cause);
  const same = own.find(({ amountMinor }) => amountMinor === movement.amountMinor);
  const near = same ?? own.find(({ amountMinor }) => amountMinor > 0n === movement.amountMinor > 0n);
  if (near === undefined) return { state: 'missing_here' };
  const difference = differenceOf(movement, near);
  return difference === null
    ? { state: 'matched', factId: near.id }
    : { state: 'different', factId: near.id, difference };
}

function differenceOf(movement: StripeMovement, fact: OpenFact): 'amount' | 'fee' | 'currency' | null {
  if (movement.currency !== 'usd') return 'currency';
  if (movement.amountMinor !== fact.amountMinor) return 'amount';
  if (fact.feeMinor !== null && fact.feeMinor !== movement.feeMinor) return 'fee';
  return null;
}

/**
 * Whether the fee of a movement is booked as Stripe's fee when it is told. Fees of disputes are part of what books the
 * dispute, so that a dispute that is not booked yet does not lose its fee to the wrong account.
 */
export function isFeeBookedHere(movement: StripeMovement, fact: OpenFact | null): boolean {
  if (movement.feeMinor === 0n || movement.currency !== 'usd') return false;
  return movement.type !== 'adjustment' && (fact === null || fact.feeMinor === null);
}

export type OwnBooking = 'house_payout' | 'house_payout_back' | 'stripe_charges';

/**
 * Movements that nothing of ours causes and that are booked as they are told: what Stripe pays out to the house's bank,
 * what comes back of it, and what Stripe charges for itself. Null for those that must have a cause here.
 */
export function ownBookingOf(movement: StripeMovement): OwnBooking | null {
  if (movement.currency !== 'usd' || movement.amountMinor === 0n) return null;
  switch (movement.type) {
    case 'payout':
      return movement.amountMinor < 0n ? 'house_payout' : null;
    case 'payout_failure':
    case 'payout_cancel':
      return movement.amountMinor > 0n ? 'house_payout_back' : null;
    case 'stripe_fee':
    case 'stripe_fx_fee':
    case 'tax_fee':
      return movement.amountMinor < 0n ? 'stripe_charges' : null;
    default:
      return null;
  }
}

import type { AccountKind } from '#server/ledger/kinds.ts';

/** What lots are, and every rule about them that needs nothing but its arguments. Times are microseconds since 1970. */

export const lotKinds = ['stock', 'bought', 'granted', 'earned'] as const;
/** `stock` is what the house holds and nobody has been given yet. */
export type LotKind = (typeof lotKinds)[number];

/** What brought units about: `charge` and the top-up's id, `order`, `grant`, `mint`, `return`, `transfer`. */
export interface LotSource {
  type: string;
  id: string;
}

/** What units are. Never changed: other facts are another row. */
export interface LotFact {
  id: string;
  kind: LotKind;
  source: LotSource;
  /** The charge or grant behind a chain of sales; else the source itself. */
  origin: LotSource;
  since: bigint;
  /** Null: never held. */
  holdUntil: bigint | null;
  /** Null: never expires. */
  expiresAt: bigint | null;
  /** What the units were before a sale made them this. */
  parentId: string | null;
}

/** An interval of serials in one account: from `from` up to, and not including, `until`. */
export interface Lot {
  from: bigint;
  until: bigint;
  fact: LotFact;
  /** The transfer that brought the units here. */
  arrivedBy: string;
}

/** A hold that was prolonged or lifted later. */
export interface HoldEvent {
  target: { source: LotSource } | { accountId: bigint };
  /** Null: nothing is held any more. */
  holdUntil: bigint | null;
  isLift: boolean;
  /** It counts for what is booked after this. */
  effectiveAt: bigint;
}

/** The events that concern one lot, each list in the order of `effectiveAt`. */
export interface HoldEvents {
  ofSource: (source: LotSource) => readonly HoldEvent[];
  ofAccount: (accountId: bigint) => readonly HoldEvent[];
}

export const noHolds: HoldEvents = { ofSource: () => [], ofAccount: () => [] };

/** How an account gives units away when nothing says which. */
export type SpendingOrder = 'strike' | 'age' | 'spending' | 'share';

const stockKinds: readonly AccountKind[] = ['treasury', 'promotion'];

/**
 * Issuance strikes new units. The house spends the oldest first. An escrow divides what it holds, so that seller and
 * house get the same share of every source. Everybody else follows the order of spending.
 */
export function spendingOrderOf(kind: AccountKind, isHouse: boolean): SpendingOrder {
  if (kind === 'issuance') return 'strike';
  if (kind === 'escrow') return 'share';
  return isHouse ? 'age' : 'spending';
}

/** Whether units lose what they were when they arrive there. */
export function isStock(kind: AccountKind): boolean {
  return stockKinds.includes(kind);
}

export function sizeOf({ from, until }: Pick<Lot, 'from' | 'until'>): bigint {
  return until - from;
}

/** One key for a source, in maps. */
export function keyOf({ type, id }: LotSource): string {
  return `${type} ${id}`;
}

/**
 * Until when a lot in an account is held, as it was known at a moment; null when it never was.
 *
 * A hold on a source prolongs what its units have, wherever they are, and also what was earned with them as long as
 * that is still held: a cleared earning is never touched. A lift sets it anew. A hold on an account is the last word
 * that was said about everything in that account, beside the lots' own.
 */
export function heldUntil(
  { fact, accountId }: { fact: LotFact; accountId: bigint },
  events: HoldEvents,
  at: bigint,
): bigint | null {
  let until = fact.holdUntil;
  for (const event of eventsOf(fact, events)) {
    if (event.effectiveAt >= at) break;
    if (event.isLift) until = event.holdUntil;
    else if (fact.kind !== 'earned' || isHeldAt(until, event.effectiveAt)) until = later(until, event.holdUntil);
  }
  const ofAccount = events.ofAccount(accountId).findLast(({ effectiveAt }) => effectiveAt < at);
  return ofAccount === undefined ? until : later(until, ofAccount.holdUntil);
}

/** A lift, and what happened to the source before these units were earned, say nothing about them. */
function eventsOf(fact: LotFact, events: HoldEvents): readonly HoldEvent[] {
  const own = events.ofSource(fact.source);
  if (fact.parentId === null) return own.length === 0 ? own : own.filter((event) => isAbout(event, fact));
  const ofOrigin = events.ofSource(fact.origin);
  if (own.length === 0 && ofOrigin.length === 0) return own;
  return [
    ...own.filter((event) => isAbout(event, fact)),
    ...ofOrigin.filter(({ effectiveAt }) => effectiveAt > fact.since),
  ].sort((left, right) => compare(left.effectiveAt, right.effectiveAt));
}

function isAbout({ isLift, effectiveAt }: HoldEvent, { since }: LotFact): boolean {
  return !isLift || effectiveAt > since;
}

/** Whether something held until then is held at a moment; the moment itself is free. */
export function isHeldAt(until: bigint | null, at: bigint): boolean {
  return until !== null && until > at;
}

export function later(left: bigint | null, right: bigint | null): bigint | null {
  if (left === null || right === null) return left ?? right;
  return left > right ? left : right;
}

const kindRank: Readonly<Record<LotKind, number>> = { granted: 0, bought: 1, earned: 2, stock: 3 };

/**
 * The part of the order of spending that time does not change: granted by expiry, then bought, then earned, each by age,
 * and of one age the largest lot first, then the higher serial. Lots of a wallet are kept in it, so that a take is one walk
 * and no sort. With the largest first a payment breaks few lots: whoever spends small change first passes on more pieces
 * with every payment, because lots are never merged.
 */
export function bySpending(left: Lot, right: Lot): number {
  const byKind = kindRank[left.fact.kind] - kindRank[right.fact.kind];
  if (byKind !== 0) return byKind;
  if (left.fact.kind === 'granted') {
    const byExpiry = compareExpiry(left.fact.expiresAt, right.fact.expiresAt);
    if (byExpiry !== 0) return byExpiry;
  }
  const { since } = left.fact;
  return since === right.fact.since
    ? compare(sizeOf(right), sizeOf(left)) || bySerial(left, right)
    : byAge(left, right);
}

/** Older facts first, then the higher serial: the order of the house. */
export function byAge(left: Lot, right: Lot): number {
  return compare(left.fact.since, right.fact.since) || bySerial(left, right);
}

function bySerial(left: Lot, right: Lot): number {
  return compare(right.from, left.from);
}

function compareExpiry(left: bigint | null, right: bigint | null): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
  return compare(left, right);
}

export function compare(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The walks of the order of spending over lots that are sorted by `bySpending`: granted, bought cleared, bought held,
 * earned held, earned cleared. Stock never comes to a wallet but as a defect, and then it goes first.
 */
export const spendingWalks: readonly { kind: LotKind; isHeld: boolean | null }[] = [
  { kind: 'stock', isHeld: null },
  { kind: 'granted', isHeld: null },
  { kind: 'bought', isHeld: false },
  { kind: 'bought', isHeld: true },
  { kind: 'earned', isHeld: true },
  { kind: 'earned', isHeld: false },
];

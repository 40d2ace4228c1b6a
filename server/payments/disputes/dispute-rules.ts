import { allocate } from '#server/money/money.ts';
import type { LotSource } from '#server/provenance/lots.ts';

/** Who pays for a dispute: pure decisions about amounts. Ducats in centesimi, dollars in cents. */

/** Centesimi for a cent, at the base price. */
export const centesimiPerCent = 10n;

/** What a charge paid for. */
export interface ChargeParts {
  priceMinor: bigint;
  feeMinor: bigint;
  taxMinor: bigint;
  bonusMinor: bigint;
}

/** The part of a charge that is disputed. */
export interface DisputedParts extends ChargeParts {
  baseMinor: bigint;
}

/**
 * Splits disputed cents over price, fee and tax by largest remainder; the bonus goes with the price, rounded up, in favour
 * of the house. Fee and tax that `gone` says went back before do not go back again: what is disputed beyond them is price.
 */
export function disputedParts(
  amountMinor: bigint,
  charge: ChargeParts,
  gone: Pick<ChargeParts, 'feeMinor' | 'taxMinor'>,
): DisputedParts {
  const [, feeShare = 0n, taxShare = 0n] = allocate(amountMinor, [charge.priceMinor, charge.feeMinor, charge.taxMinor]);
  const feeMinor = least(feeShare, lessOf(charge.feeMinor, gone.feeMinor));
  const taxMinor = least(taxShare, lessOf(charge.taxMinor, gone.taxMinor));
  const priceMinor = amountMinor - feeMinor - taxMinor;
  const ofBonus = charge.bonusMinor * priceMinor;
  const bonus = charge.priceMinor === 0n ? 0n : (ofBonus + charge.priceMinor - 1n) / charge.priceMinor;
  const bonusMinor = bonus < charge.bonusMinor ? bonus : charge.bonusMinor;
  return { priceMinor, feeMinor, taxMinor, bonusMinor, baseMinor: priceMinor * centesimiPerCent };
}

function lessOf(wholeMinor: bigint, goneMinor: bigint): bigint {
  return wholeMinor > goneMinor ? wholeMinor - goneMinor : 0n;
}

/** Ducats of one source in the buyer's wallet. */
export interface WalletLot {
  kind: 'bought' | 'granted' | 'earned';
  source: LotSource;
  amountMinor: bigint;
}

/** What somebody else has of a charge: a seller holds of what it paid them, or a citizen of what they were sent. */
export interface HeldEarning {
  accountId: bigint;
  amountMinor: bigint;
}

export interface WaterfallFacts {
  priceMinor: bigint;
  bonusMinor: bigint;
  /** Null where the disputed charge bought no ducats. */
  charge: LotSource | null;
  /** Of the charge, what never came into the wallet: it waits in suspense. */
  waiting: { baseMinor: bigint; bonusMinor: bigint };
  /** In the order in which the wallet would spend them. */
  lots: readonly WalletLot[];
  /** Of the wallet, less what is reserved. */
  availableMinor: bigint;
  /** Bought ducats of the charge that the buyer sent to others. */
  sent: readonly HeldEarning[];
  earnings: readonly HeldEarning[];
}

/** What is taken from whom, and what nobody pays. */
export interface Waterfall {
  /** Ducats of the charge that wait in suspense. */
  waiting: { baseMinor: bigint; bonusMinor: bigint };
  /** Ducats of the charge in the buyer's wallet, those of cancelled orders included. */
  chargeMinor: bigint;
  bonusMinor: bigint;
  others: WalletLot[];
  sent: HeldEarning[];
  earnings: HeldEarning[];
  /** Cents for the earnings: ten centesimi each. */
  earnedUsdMinor: bigint;
  /** Cents that nothing recovered. */
  lossMinor: bigint;
}

/**
 * Decides who pays: the charge's own ducats first, those that wait for room before those in the wallet, then the buyer's other ones, then those of the charge that the buyer
 * sent to others, then earnings that the charge paid for and that are still held, each in proportion; the rest is a loss. Ducats that were a gift of the house buy no dollars back, so of
 * the buyer's other ducats only bought and earned ones count. Whole cents only: a broken one stays with the buyer.
 */
export function decideWaterfall(facts: WaterfallFacts): Waterfall {
  const { priceMinor, charge, lots, sent, earnings } = facts;
  let room = facts.availableMinor;
  const take = (amountMinor: bigint, wantedMinor: bigint): bigint => {
    const taken = least(amountMinor, wantedMinor, room);
    room -= taken;
    return taken;
  };
  const isOfCharge = (lot: WalletLot) => charge !== null && isSame(lot.source, charge);
  const ofCharge = (kind: WalletLot['kind']) => sumOf(lots.filter((lot) => lot.kind === kind && isOfCharge(lot)));
  const waiting = {
    baseMinor: (least(facts.waiting.baseMinor, priceMinor * centesimiPerCent) / centesimiPerCent) * centesimiPerCent,
    bonusMinor: least(facts.waiting.bonusMinor, facts.bonusMinor),
  };
  let openMinor = priceMinor * centesimiPerCent - waiting.baseMinor;
  let chargeMinor = take(ofCharge('bought'), openMinor);
  openMinor -= chargeMinor;
  const bonusMinor = take(ofCharge('granted'), facts.bonusMinor - waiting.bonusMinor);
  const others: WalletLot[] = [];
  for (const lot of bySource(
    lots.filter((lot) => lot.kind === 'earned' || (lot.kind === 'bought' && !isOfCharge(lot))),
  )) {
    const amountMinor = take(lot.amountMinor, openMinor);
    openMinor -= amountMinor;
    if (amountMinor > 0n) others.push({ ...lot, amountMinor });
  }
  let brokenMinor = (priceMinor * centesimiPerCent - openMinor) % centesimiPerCent;
  openMinor += brokenMinor;
  for (const lot of others.toReversed()) {
    const kept = least(lot.amountMinor, brokenMinor);
    lot.amountMinor -= kept;
    brokenMinor -= kept;
  }
  chargeMinor -= brokenMinor;
  const sentUsdMinor = least(openMinor, sumOf(sent)) / centesimiPerCent;
  const openUsdMinor = openMinor / centesimiPerCent - sentUsdMinor;
  const earnedUsdMinor = least(openUsdMinor, sumOf(earnings) / centesimiPerCent);
  return {
    waiting,
    chargeMinor,
    bonusMinor,
    others: others.filter(({ amountMinor }) => amountMinor > 0n),
    sent: inShares(sentUsdMinor * centesimiPerCent, sent),
    earnings: inShares(earnedUsdMinor * centesimiPerCent, earnings),
    earnedUsdMinor,
    lossMinor: openUsdMinor - earnedUsdMinor,
  };
}

/** Most sources of one wallet that a dispute takes from: each is a transfer of its own. */
const sourcesMax = 2_000;

/** Lots of one source and kind together, in the order of the first of each. */
export function bySource(lots: readonly WalletLot[]): WalletLot[] {
  const found = new Map<string, WalletLot>();
  for (const lot of lots) {
    const key = `${lot.kind} ${lot.source.type} ${lot.source.id}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { ...lot });
    else known.amountMinor += lot.amountMinor;
  }
  return [...found.values()].slice(0, sourcesMax);
}

/** Shares of a total in proportion to what each holds; shares of nothing are left out. */
export function inShares<Holder extends { amountMinor: bigint }>(
  totalMinor: bigint,
  holders: readonly Holder[],
): Holder[] {
  if (totalMinor === 0n) return [];
  const shares = allocate(
    totalMinor,
    holders.map(({ amountMinor }) => amountMinor),
  );
  return holders
    .map((holder, index) => ({ ...holder, amountMinor: shares[index] ?? 0n }))
    .filter(({ amountMinor }) => amountMinor > 0n);
}

export function sumOf(parts: readonly { amountMinor: bigint }[]): bigint {
  return parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

export function least(first: bigint, ...others: readonly bigint[]): bigint {
  return others.reduce((smallest, other) => (other < smallest ? other : smallest), first);
}

function isSame(left: LotSource, right: LotSource): boolean {
  return left.type === right.type && left.id === right.id;
}

/** What somebody owes, as far as the order of paying it goes. */
export interface OpenDebt {
  id: string;
  cause: DebtCause;
  /** Cents that are neither repaid nor written off. */
  openMinor: bigint;
  createdAt: Date;
}

export const debtCauses = ['clawback', 'dispute', 'dispute_fee', 'refund'] as const;
export type DebtCause = (typeof debtCauses)[number];

/** What of a payment goes to which debt: to sellers first, then the oldest debt, its loss before its fee. */
export function payInOrder(
  paidMinor: bigint,
  debts: readonly OpenDebt[],
): { debtId: string; cause: DebtCause; amountMinor: bigint }[] {
  let leftMinor = paidMinor;
  return [...debts].sort(inOrderOfPaying).flatMap(({ id: debtId, cause, openMinor }) => {
    const amountMinor = least(leftMinor, openMinor);
    leftMinor -= amountMinor;
    return amountMinor === 0n ? [] : [{ debtId, cause, amountMinor }];
  });
}

function inOrderOfPaying(left: OpenDebt, right: OpenDebt): number {
  const isFirst = (debt: OpenDebt) => (debt.cause === 'clawback' ? 0 : 1);
  return (
    isFirst(left) - isFirst(right) ||
    left.createdAt.getTime() - right.createdAt.getTime() ||
    debtCauses.indexOf(left.cause) - debtCauses.indexOf(right.cause) ||
    (left.id < right.id ? -1 : 1)
  );
}

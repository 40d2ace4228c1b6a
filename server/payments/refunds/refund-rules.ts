import type { Prisma } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';

/** Pure decisions about refunds: what a part of a payment comes to, and what may be asked for. */

/** Operator settings with their defaults. */
export const refundSettings = {
  /** How long after buying citizens refund their own unspent ducats. */
  selfServiceDays: 14,
  /** Whether a warning of fraud refunds a payment whose ducats nobody touched. */
  refundsWarnings: true,
};

/** Amounts of a payment or of a part of it: dollars in cents, ducats in centesimi. */
export interface PaidParts {
  /** Before the fee. */
  priceMinor: bigint;
  feeMinor: bigint;
  taxMinor: bigint;
  totalMinor: bigint;
  /** Bought ducats. */
  baseMinor: bigint;
  /** Granted ducats. */
  bonusMinor: bigint;
}

export const paidPartColumns = {
  priceMinor: true,
  feeMinor: true,
  taxMinor: true,
  totalMinor: true,
  baseMinor: true,
  bonusMinor: true,
} satisfies Prisma.TopUpSelect;

export function sumOfParts(parts: readonly PaidParts[]): PaidParts {
  const sum = (read: (part: PaidParts) => bigint) => parts.reduce((total, part) => total + read(part), 0n);
  return {
    priceMinor: sum((part) => part.priceMinor),
    feeMinor: sum((part) => part.feeMinor),
    taxMinor: sum((part) => part.taxMinor),
    totalMinor: sum((part) => part.totalMinor),
    baseMinor: sum((part) => part.baseMinor),
    bonusMinor: sum((part) => part.bonusMinor),
  };
}

/** What of a payment was not refunded. */
export function leftOf(paid: PaidParts, refunded: PaidParts): PaidParts {
  return {
    priceMinor: paid.priceMinor - refunded.priceMinor,
    feeMinor: paid.feeMinor - refunded.feeMinor,
    taxMinor: paid.taxMinor - refunded.taxMinor,
    totalMinor: paid.totalMinor - refunded.totalMinor,
    baseMinor: paid.baseMinor - refunded.baseMinor,
    bonusMinor: paid.bonusMinor - refunded.bonusMinor,
  };
}

/**
 * What a refund of some of the price comes to, after what was refunded before. Fee, tax and ducats are in proportion to
 * all that is refunded with it, so that parts never add up to more than the whole: dollars are rounded down and ducats
 * up, in favour of the house, and the last part takes the rest.
 */
export function partsOfPrice(paid: PaidParts, refunded: PaidParts, priceMinor: bigint): PaidParts {
  const left = leftOf(paid, refunded);
  invariant(priceMinor >= 0n && priceMinor <= left.priceMinor, 'no more is refunded than was paid');
  const share = { part: refunded.priceMinor + priceMinor, of: paid.priceMinor };
  const feeMinor = notBelowZero(floorShare(paid.feeMinor, share) - refunded.feeMinor);
  const taxMinor = notBelowZero(floorShare(paid.taxMinor, share) - refunded.taxMinor);
  return {
    priceMinor,
    feeMinor,
    taxMinor,
    totalMinor: priceMinor + feeMinor + taxMinor,
    ...ducatsOf(paid, refunded, share),
  };
}

/** The same where the dollars are given, fee and tax among them: a refund that was made at Stripe itself. */
export function partsOfTotal(paid: PaidParts, refunded: PaidParts, totalMinor: bigint): PaidParts {
  const left = leftOf(paid, refunded);
  invariant(totalMinor > 0n && totalMinor <= left.totalMinor, 'no more is refunded than was paid');
  const ofTotal = { part: refunded.totalMinor + totalMinor, of: paid.totalMinor };
  const fee = atMost(notBelowZero(floorShare(paid.feeMinor, ofTotal) - refunded.feeMinor), totalMinor);
  const tax = atMost(notBelowZero(floorShare(paid.taxMinor, ofTotal) - refunded.taxMinor), totalMinor - fee);
  const priceMinor = atMost(totalMinor - fee - tax, left.priceMinor);
  const rest = totalMinor - fee - tax - priceMinor;
  const moreFee = atMost(rest, left.feeMinor - fee);
  const share = { part: refunded.priceMinor + priceMinor, of: paid.priceMinor };
  return {
    priceMinor,
    feeMinor: fee + moreFee,
    taxMinor: tax + rest - moreFee,
    totalMinor,
    ...ducatsOf(paid, refunded, share),
  };
}

function ducatsOf(paid: PaidParts, refunded: PaidParts, share: Share): Pick<PaidParts, 'baseMinor' | 'bonusMinor'> {
  return {
    baseMinor: notBelowZero(ceilingShare(paid.baseMinor, share) - refunded.baseMinor),
    bonusMinor: notBelowZero(ceilingShare(paid.bonusMinor, share) - refunded.bonusMinor),
  };
}

/** Which of a refund's ducats are there, and what the buyer owes for the others. */
export interface Coverage {
  baseTakenMinor: bigint;
  bonusTakenMinor: bigint;
  /** Cents of the price for bought ducats that are spent. */
  debtMinor: bigint;
  /** Cents for granted ducats that are spent, at the price of bought ones. */
  bonusDebtMinor: bigint;
}

/** Takes what is unspent; what is missing is owed, rounded up to a cent, and no more is taken than is counted for. */
export function coverageOf(parts: PaidParts, unspent: { baseMinor: bigint; bonusMinor: bigint }): Coverage {
  const { priceMinor, baseMinor, bonusMinor } = parts;
  const bonusTakenMinor = atMost(bonusMinor, unspent.bonusMinor);
  if (unspent.baseMinor >= baseMinor) {
    const bonusDebtMinor = priceOf(bonusMinor - bonusTakenMinor, parts);
    return { baseTakenMinor: baseMinor, bonusTakenMinor, debtMinor: 0n, bonusDebtMinor };
  }
  const coveredMinor = floorShare(priceMinor, { part: unspent.baseMinor, of: baseMinor });
  return {
    baseTakenMinor: ceilingShare(baseMinor, { part: coveredMinor, of: priceMinor }),
    bonusTakenMinor,
    debtMinor: priceMinor - coveredMinor,
    bonusDebtMinor: priceOf(bonusMinor - bonusTakenMinor, parts),
  };
}

function priceOf(ducatMinor: bigint, { priceMinor, baseMinor }: PaidParts): bigint {
  return ducatMinor === 0n ? 0n : ceilingShare(priceMinor, { part: ducatMinor, of: baseMinor });
}

/** Whether all ducats of a payment that are not refunded are still in their buyer's wallet. */
export function isUntouched(
  { baseMinor, bonusMinor }: Pick<PaidParts, 'baseMinor' | 'bonusMinor'>,
  unspent: { baseMinor: bigint; bonusMinor: bigint },
): boolean {
  return unspent.baseMinor >= baseMinor && unspent.bonusMinor >= bonusMinor;
}

const dayMs = 86_400_000;

/** Until when citizens may refund themselves what they bought at a moment. */
export function selfServiceUntil(creditedAt: Date, settings: Pick<typeof refundSettings, 'selfServiceDays'>): Date {
  return new Date(creditedAt.getTime() + settings.selfServiceDays * dayMs);
}

interface Share {
  part: bigint;
  of: bigint;
}

function floorShare(whole: bigint, { part, of }: Share): bigint {
  return (whole * part) / of;
}

function ceilingShare(whole: bigint, { part, of }: Share): bigint {
  return (whole * part + of - 1n) / of;
}

function atMost(value: bigint, most: bigint): bigint {
  return value < most ? value : most;
}

function notBelowZero(value: bigint): bigint {
  return value < 0n ? 0n : value;
}

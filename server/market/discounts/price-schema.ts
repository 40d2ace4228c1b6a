import { allocate, ducat, shareFloor } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';
import type { QuantityStep } from './step-schema.ts';

/**
 * How lines are priced: one pure function for pages, carts and purchases, so that what is shown is what is paid.
 * List price → quantity step or sale, whichever is better for the buyer and never both → coupon on the sum of the seller's
 * lines. Reductions are rounded down, and a line never costs less than a centesimo. It imports no schema library, which
 * pages that are only read would load with it.
 */

/** A sale that is going on. */
export interface RunningSale {
  saleId: string;
  percentBps: number;
  endsAt: Date;
}

/** What a coupon takes off: a share or an amount. */
export interface CouponWorth {
  percentBps: number | null;
  amountMinor: bigint | null;
}

export interface LineToPrice {
  /** Names the line; decides ties where a coupon is shared out, so that the order of the lines does not. */
  readonly key: string;
  readonly listUnitPriceMinor: bigint;
  readonly quantity: number;
  readonly steps: readonly QuantityStep[];
  readonly sale: Pick<RunningSale, 'saleId' | 'percentBps'> | null;
  /** What buyer and seller agreed on for one: final, so that nothing comes off it. */
  readonly agreedUnitPriceMinor?: bigint | null;
}

/** Why one costs less than its list price. */
export interface LineDiscount {
  kind: 'quantity' | 'sale';
  /** Of the sale. */
  id: string | null;
  percentBps: number;
  /** On all of the line. */
  minor: DucatMinor;
}

export interface LinePrice {
  listUnitPriceMinor: DucatMinor;
  /** After the quantity step or the sale. */
  unitPriceMinor: DucatMinor;
  discount: LineDiscount | null;
  /** This line's part of what the coupon takes off. */
  couponMinor: DucatMinor;
  /** What is paid. */
  totalMinor: DucatMinor;
}

export interface OrderPrice {
  /** In the order in which the lines were given. */
  lines: LinePrice[];
  /** Before the coupon. */
  subtotalMinor: DucatMinor;
  couponMinor: DucatMinor;
  totalMinor: DucatMinor;
}

/** Prices what is bought of one seller. */
export function priceOrder(lines: readonly LineToPrice[], coupon: CouponWorth | null): OrderPrice {
  const before = lines.map((line) => ({ line, price: priceLine(line) }));
  const subtotalMinor = sumOf(before.map(({ price }) => price.totalMinor));
  const parts = coupon === null ? new Map<string, bigint>() : couponParts(before, coupon);
  const priced = before.map(({ line, price }) => {
    const couponMinor = ducat(parts.get(line.key) ?? 0n);
    return { ...price, couponMinor, totalMinor: ducat(price.totalMinor - couponMinor) };
  });
  const couponMinor = sumOf(priced.map((price) => price.couponMinor));
  return { lines: priced, subtotalMinor, couponMinor, totalMinor: ducat(subtotalMinor - couponMinor) };
}

/** Prices a line by itself, without any coupon. */
export function priceLine(line: LineToPrice): LinePrice {
  const { listUnitPriceMinor, quantity, agreedUnitPriceMinor = null } = line;
  const units = BigInt(quantity);
  if (agreedUnitPriceMinor !== null) return plainPrice(agreedUnitPriceMinor, units);
  const best = bestOffer(line);
  if (best === null) return plainPrice(listUnitPriceMinor, units);
  const { offMinor, ...reason } = best;
  const unitPriceMinor = listUnitPriceMinor - offMinor;
  return {
    ...plainPrice(unitPriceMinor, units),
    listUnitPriceMinor: ducat(listUnitPriceMinor),
    discount: { ...reason, minor: ducat(offMinor * units) },
  };
}

/** What one costs after a reduction by so many basis points. */
export function reducedMinor(priceMinor: bigint, bps: number): DucatMinor {
  return ducat(priceMinor - shareOf(priceMinor, bps));
}

function plainPrice(unitPriceMinor: bigint, units: bigint): LinePrice {
  const price = ducat(unitPriceMinor);
  const totalMinor = ducat(unitPriceMinor * units);
  return { listUnitPriceMinor: price, unitPriceMinor: price, discount: null, couponMinor: ducat(0n), totalMinor };
}

/** The step or the sale that takes more off; the sale where both take the same. Null where nothing comes off. */
function bestOffer(line: LineToPrice): (Omit<LineDiscount, 'minor'> & { offMinor: bigint }) | null {
  const { sale, quantity } = line;
  const stepBps = line.steps.reduce(
    (most, step) => (step.fromQuantity <= quantity && step.percentBps > most ? step.percentBps : most),
    0,
  );
  const saleBps = sale?.percentBps ?? 0;
  const isSale = saleBps >= stepBps;
  const bps = isSale ? saleBps : stepBps;
  const offMinor = shareOf(line.listUnitPriceMinor, bps);
  if (offMinor === 0n) return null;
  return isSale && sale !== null
    ? { kind: 'sale', id: sale.saleId, percentBps: bps, offMinor }
    : { kind: 'quantity', id: null, percentBps: bps, offMinor };
}

/**
 * What comes off each line, by largest remainder. The weight of a line is what it can give: all but its last centesimo,
 * and nothing where the price was agreed on.
 */
function couponParts(
  before: readonly { line: LineToPrice; price: LinePrice }[],
  coupon: CouponWorth,
): Map<string, bigint> {
  const reducible = before
    .filter(({ line }) => (line.agreedUnitPriceMinor ?? null) === null)
    .toSorted(({ line: left }, { line: right }) => (left.key < right.key ? -1 : 1));
  const weights = reducible.map(({ price }) => price.totalMinor - 1n);
  const most = weights.reduce((sum, weight) => sum + weight, 0n);
  const wanted = couponOff(coupon, sumOf(reducible.map(({ price }) => price.totalMinor)));
  const offMinor = wanted < most ? wanted : most;
  if (offMinor === 0n) return new Map();
  const shares = allocate(offMinor, weights);
  return new Map(reducible.map(({ line }, index) => [line.key, shares[index] ?? 0n]));
}

function couponOff({ percentBps: bps, amountMinor }: CouponWorth, subtotalMinor: bigint): bigint {
  return bps === null ? (amountMinor ?? 0n) : shareOf(subtotalMinor, bps);
}

function shareOf(minor: bigint, bps: number): bigint {
  return shareFloor(minor, bps * 100);
}

function sumOf(amounts: readonly bigint[]): DucatMinor {
  return ducat(amounts.reduce((sum, amount) => sum + amount, 0n));
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantitySteps } from './step-schema.ts';
import { priceOrder, type CouponWorth, type LineToPrice } from './price-schema.ts';

const bps = fc.integer({ min: 1, max: 9_999 });
const line = fc.record({
  listUnitPriceMinor: fc.oneof(fc.bigInt(1n, 20n), fc.bigInt(1n, 100_000_000n)),
  quantity: fc.integer({ min: 1, max: 100 }),
  steps: fc
    .array(fc.record({ fromQuantity: fc.integer({ min: 2, max: 100 }), percentBps: bps }), { maxLength: 5 })
    .map((steps) => steps.toSorted((left, right) => left.fromQuantity - right.fromQuantity)),
  sale: fc.option(fc.record({ saleId: fc.constant('a sale'), percentBps: bps })),
  agreedUnitPriceMinor: fc.option(fc.bigInt(1n, 100_000_000n), { freq: 8 }),
});
const lines = fc
  .array(line, { minLength: 1, maxLength: 8 })
  .map((all): LineToPrice[] => all.map((each, index) => ({ ...each, key: `line ${String(index)}` })));
const coupon: fc.Arbitrary<CouponWorth | null> = fc.oneof(
  fc.constant(null),
  bps.map((percentBps) => ({ percentBps, amountMinor: null })),
  fc.oneof(fc.bigInt(1n, 100n), fc.bigInt(1n, 10n ** 10n)).map((amountMinor) => ({ percentBps: null, amountMinor })),
);
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

describe('the price of an order', () => {
  it('is the sum of its lines less their parts of the coupon, and nothing is negative or free', () => {
    fc.assert(
      fc.property(lines, coupon, (wanted, worth) => {
        const price = priceOrder(wanted, worth);
        expect(price.totalMinor).toBe(sum(price.lines.map(({ totalMinor }) => totalMinor)));
        expect(price.couponMinor).toBe(sum(price.lines.map(({ couponMinor }) => couponMinor)));
        expect(price.totalMinor).toBe(price.subtotalMinor - price.couponMinor);
        for (const [index, each] of price.lines.entries()) {
          const units = BigInt(wanted[index]?.quantity ?? 0);
          expect(each.totalMinor).toBe(each.unitPriceMinor * units - each.couponMinor);
          expect(each.discount?.minor ?? 0n).toBe((each.listUnitPriceMinor - each.unitPriceMinor) * units);
          expect(each.totalMinor).toBeGreaterThanOrEqual(1n);
          expect(each.couponMinor).toBeGreaterThanOrEqual(0n);
          expect(each.unitPriceMinor).toBeLessThanOrEqual(each.listUnitPriceMinor);
        }
      }),
    );
  });

  it('does not depend on the order of its lines, to the centesimo of each', () => {
    fc.assert(
      fc.property(lines, coupon, fc.infiniteStream(fc.nat()), (wanted, worth, draws) => {
        const mixed = wanted
          .map((each) => ({ each, at: draws.next().value as number }))
          .toSorted((left, right) => left.at - right.at)
          .map(({ each }) => each);
        const byKey = (all: readonly LineToPrice[]) =>
          new Map(priceOrder(all, worth).lines.map((price, index) => [all[index]?.key, price]));
        expect(byKey(mixed)).toEqual(new Map(mixed.map(({ key }) => [key, byKey(wanted).get(key)])));
      }),
    );
  });

  it('takes the better of step and sale for the buyer, and never both', () => {
    fc.assert(
      fc.property(lines, (wanted) => {
        for (const each of wanted.filter(({ agreedUnitPriceMinor }) => agreedUnitPriceMinor === null)) {
          const only = (other: Partial<LineToPrice>) => priceOrder([{ ...each, ...other }], null).totalMinor;
          const [both, byStep, bySale] = [only({}), only({ sale: null }), only({ steps: [] })];
          expect(both).toBe(byStep < bySale ? byStep : bySale);
        }
      }),
    );
  });

  it('leaves what was agreed on as it is, under every sale, step and coupon', () => {
    fc.assert(
      fc.property(lines, coupon, (wanted, worth) => {
        const { lines: priced } = priceOrder(wanted, worth);
        for (const [index, { agreedUnitPriceMinor: agreed }] of wanted.entries())
          if (typeof agreed === 'bigint')
            expect(priced[index]).toMatchObject({ unitPriceMinor: agreed, couponMinor: 0n, discount: null });
      }),
    );
  });
});

const plain = { quantity: 1, steps: [], sale: null };

describe('examples that can be worked out by hand', () => {
  it('a reduction is rounded down: 10 % of 0.19 is 0.01', () => {
    const sale = { saleId: 'a sale', percentBps: 1_000 };
    const { lines: priced } = priceOrder([{ ...plain, key: 'a', listUnitPriceMinor: 19n, sale, quantity: 3 }], null);
    expect(priced).toMatchObject([{ unitPriceMinor: 18n, totalMinor: 54n, discount: { kind: 'sale', minor: 3n } }]);
  });

  it('a step holds from its quantity on', () => {
    const steps = [
      { fromQuantity: 3, percentBps: 500 },
      { fromQuantity: 10, percentBps: 1_000 },
    ];
    const unit = (quantity: number) =>
      priceOrder([{ ...plain, key: 'a', listUnitPriceMinor: 1_000n, steps, quantity }], null).lines[0]?.unitPriceMinor;
    expect([1, 2, 3, 9, 10, 100].map(unit)).toEqual([1_000n, 1_000n, 950n, 950n, 900n, 900n]);
  });

  it('a coupon is shared by largest remainder, and leaves every line a centesimo', () => {
    const three = ['a', 'b', 'c'].map((key) => ({ ...plain, key, listUnitPriceMinor: 100n }));
    const parts = (worth: CouponWorth) => priceOrder(three, worth).lines.map(({ couponMinor }) => couponMinor);
    expect(parts({ percentBps: null, amountMinor: 100n })).toEqual([34n, 33n, 33n]);
    expect(parts({ percentBps: null, amountMinor: 5_000n })).toEqual([99n, 99n, 99n]);
    expect(
      priceOrder([{ ...plain, key: 'a', listUnitPriceMinor: 1n }], { percentBps: 9_999, amountMinor: null }),
    ).toEqual(expect.objectContaining({ totalMinor: 1n, couponMinor: 0n }));
  });

  it.each([
    ['0 percent', [{ fromQuantity: 2, percentBps: 0 }]],
    ['all of it', [{ fromQuantity: 2, percentBps: 10_000 }]],
    ['less than nothing', [{ fromQuantity: 2, percentBps: -100 }]],
    ['a step from one on', [{ fromQuantity: 1, percentBps: 100 }]],
    ['the same quantity twice', [2, 2].map((fromQuantity, index) => ({ fromQuantity, percentBps: 100 + index }))],
    ['less off for more', [2, 3].map((fromQuantity) => ({ fromQuantity, percentBps: 1_000 - fromQuantity }))],
    ['six steps', [2, 3, 4, 5, 6, 7].map((each) => ({ fromQuantity: each, percentBps: each }))],
  ])('steps are refused: %s', (_, steps) => {
    expect(quantitySteps.safeParse(steps).success).toBe(false);
  });
});

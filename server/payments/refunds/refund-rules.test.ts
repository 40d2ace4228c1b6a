import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  coverageOf,
  leftOf,
  partsOfPrice,
  partsOfTotal,
  sumOfParts,
  type PaidParts,
} from '#server/payments/refunds/refund-rules.ts';
import { nextRefundStep } from '#server/payments/refunds/refund-steps.ts';

const paid: fc.Arbitrary<PaidParts> = fc
  .record({
    priceMinor: fc.bigInt({ min: 1n, max: 1_000_000n }),
    feeMinor: fc.bigInt({ min: 0n, max: 30_000n }),
    taxMinor: fc.bigInt({ min: 0n, max: 200_000n }),
    bonusMinor: fc.bigInt({ min: 0n, max: 2_000_000n }),
  })
  .map((parts) => ({
    ...parts,
    totalMinor: parts.priceMinor + parts.feeMinor + parts.taxMinor,
    baseMinor: parts.priceMinor * 10n,
  }));

/** How much of what is left each refund is for, in millionths, whether by its price or by its dollars, and which fail. */
const history = fc.array(
  fc.record({ share: fc.bigInt({ min: 0n, max: 1_000_000n }), isByTotal: fc.boolean(), fails: fc.boolean() }),
  { maxLength: 12 },
);

const partNames = ['priceMinor', 'feeMinor', 'taxMinor', 'totalMinor', 'baseMinor', 'bonusMinor'] as const;

describe('the parts of a payment', () => {
  test('refunded in any order, by price and by dollars, some failing, never exceed it and end at the whole', () => {
    fc.assert(
      fc.property(paid, history, (payment, steps) => {
        const kept: PaidParts[] = [];
        for (const { share, isByTotal, fails } of steps) {
          const refunded = sumOfParts(kept);
          const left = leftOf(payment, refunded);
          const wanted = ((isByTotal ? left.totalMinor : left.priceMinor) * share) / 1_000_000n;
          if (wanted === 0n) continue;
          const part = isByTotal ? partsOfTotal(payment, refunded, wanted) : partsOfPrice(payment, refunded, wanted);
          expect(part.totalMinor).toBe(part.priceMinor + part.feeMinor + part.taxMinor);
          if (isByTotal) expect(part.totalMinor).toBe(wanted);
          for (const name of partNames) expect(part[name] >= 0n && part[name] <= left[name], name).toBe(true);
          if (!fails) kept.push(part);
        }
        const refunded = sumOfParts(kept);
        const left = leftOf(payment, refunded);
        if (left.totalMinor > 0n) kept.push(partsOfTotal(payment, refunded, left.totalMinor));
        expect(sumOfParts(kept)).toEqual(payment);
      }),
      { numRuns: 2_000 },
    );
  });

  test('of a price alone never give back more fee than its share, nor fewer ducats', () => {
    fc.assert(
      fc.property(paid, fc.bigInt({ min: 1n, max: 1_000_000n }), (payment, share) => {
        const nothing = sumOfParts([]);
        const price = (payment.priceMinor * share) / 1_000_000n;
        const part = partsOfPrice(payment, nothing, price);
        expect(part.feeMinor * payment.priceMinor <= payment.feeMinor * price).toBe(true);
        expect(part.bonusMinor * payment.priceMinor >= payment.bonusMinor * price).toBe(true);
        expect(part.baseMinor).toBe(price * 10n);
      }),
    );
  });
});

describe('ducats that are spent', () => {
  test('are owed to the last cent: what is taken and what is owed come to at least the price', () => {
    const spent = fc.record({
      base: fc.bigInt({ min: 0n, max: 10_000_000n }),
      bonus: fc.bigInt({ min: 0n, max: 99n }),
    });
    fc.assert(
      fc.property(paid, spent, (payment, { base, bonus }) => {
        const unspent = { baseMinor: base, bonusMinor: bonus };
        const cover = coverageOf(payment, unspent);
        expect(cover.baseTakenMinor <= base && cover.baseTakenMinor <= payment.baseMinor).toBe(true);
        expect(cover.baseTakenMinor + cover.debtMinor * 10n >= payment.baseMinor).toBe(true);
        expect(cover.bonusTakenMinor + cover.bonusDebtMinor * 10n >= payment.bonusMinor).toBe(true);
        expect(cover.debtMinor === 0n).toBe(base >= payment.baseMinor);
      }),
    );
  });
});

describe('the next step of a refund', () => {
  const booked = new Date();
  test.each([
    [{ state: 'requested', bookedAt: null, known: null, status: 'pending', hasMoved: false }, 'note'],
    [{ state: 'requested', bookedAt: null, known: null, status: 'pending', hasMoved: true }, 'book'],
    [{ state: 'requested', bookedAt: null, known: null, status: 'failed', hasMoved: false }, 'release'],
    [{ state: 'sent', bookedAt: null, known: 're_1', status: 'pending', hasMoved: false }, null],
    [{ state: 'sent', bookedAt: booked, known: 're_1', status: 'pending', hasMoved: true }, null],
    [{ state: 'sent', bookedAt: booked, known: 're_1', status: 'succeeded', hasMoved: true }, 'settle'],
    [{ state: 'sent', bookedAt: null, known: 're_1', status: 'failed', hasMoved: true }, 'book'],
    [{ state: 'succeeded', bookedAt: booked, known: 're_1', status: 'failed', hasMoved: true }, 'reverse'],
    [{ state: 'succeeded', bookedAt: booked, known: 're_1', status: 'succeeded', hasMoved: true }, null],
    [{ state: 'failed', bookedAt: booked, known: 're_1', status: 'failed', hasMoved: true }, null],
    [{ state: 'canceled', bookedAt: booked, known: 're_1', status: 'succeeded', hasMoved: true }, null],
  ] as const)('of %o is %s', ({ state, bookedAt, known, status, hasMoved }, step) => {
    expect(nextRefundStep({ state, bookedAt, stripeRefundId: known }, { status, hasMoved })).toBe(step);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, formatAmount, parseAmount, parseTypedAmount, shareFloor, shareHalfUp, toDecimal } from './money.ts';

const minor = fc.bigInt({ min: 0n, max: 1_000_000_000_000_000n });

describe('reading and writing amounts', () => {
  it('reads back every amount it writes, to the cent', () => {
    fc.assert(
      fc.property(minor, (amount) => {
        expect(parseAmount(toDecimal(amount))).toBe(amount);
      }),
    );
  });

  it.each(['', '-1', '+1', '1.234', '1e3', '12,34', '1 000', '0x10', '1.', '.5', '٣', 'NaN'])('refuses %j', (text) => {
    expect(parseAmount(text)).toBeNull();
  });

  it('reads grouped thousands', () => {
    expect(parseAmount('1,234,567.8')).toBe(123_456_780n);
  });

  it.each([
    ['12.50', 1_250n],
    ['12,50', 1_250n],
    [' 12,5 ', 1_250n],
    ['1.234,50', 123_450n],
    ['1,234.50', 123_450n],
    ['1.234.567,8', 123_456_780n],
    ['1,234', 123_400n],
  ])('reads %j as a person of either language types it', (text, typed) => {
    expect(parseTypedAmount(text)).toBe(typed);
  });

  it('reads back every amount that either language shows', () => {
    fc.assert(
      fc.property(minor, fc.constantFrom('en', 'it'), (amount, locale) => {
        expect(parseTypedAmount(formatAmount(amount, 'DUCAT', { locale }))).toBe(amount);
      }),
    );
  });

  it.each(['', '1.234', '1.2345,50', '12.34,50', '12,', ',5', '1,2,3', '-12,50', '1.234,567'])(
    'takes %j for no amount',
    (text) => {
      expect(parseTypedAmount(text)).toBeNull();
    },
  );

  it('shows the right cent on amounts beyond the precision of a number', () => {
    expect(formatAmount(900_719_925_474_099_301n, 'DUCAT', { locale: 'en' })).toBe('9,007,199,254,740,993.01');
  });

  it('writes each language its own way, and signs when asked', () => {
    expect(formatAmount(123_450n, 'USD', { locale: 'en' })).toBe('$1,234.50');
    expect(formatAmount(12_345_600n, 'DUCAT', { locale: 'it' })).toBe('123.456,00');
    expect(formatAmount(113_610n, 'DUCAT', { locale: 'it' })).toBe('1.136,10');
    expect(formatAmount(500n, 'DUCAT', { locale: 'en', signed: true, trimWhole: true })).toBe('+5');
    expect(formatAmount(-550n, 'DUCAT', { locale: 'en', signed: true, trimWhole: true })).toBe('−5.50');
  });
});

describe('shares', () => {
  it('rounds a floor share never above and a half-up share never further than half a unit from the exact one', () => {
    fc.assert(
      fc.property(
        minor,
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        (amount, bps, ppm) => {
          const floor = shareFloor(amount, ppm);
          const exactTimesMillion = amount * BigInt(ppm);
          expect(floor * 1_000_000n <= exactTimesMillion && exactTimesMillion < (floor + 1n) * 1_000_000n).toBe(true);
          const exactTimes10000 = amount * BigInt(bps);
          const distance = shareHalfUp(amount, bps) * 10_000n - exactTimes10000;
          expect(-5_000n < distance && distance <= 5_000n).toBe(true);
        },
      ),
    );
  });

  it('splits without losing or inventing a unit, and never against a weight of zero', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        minor,
        weights.filter((list) => list.some((weight) => weight > 0n)),
        (total, list) => {
          const shares = allocate(total, list);
          expect(shares.reduce((left, right) => left + right, 0n)).toBe(total);
          list.forEach((weight, index) => {
            if (weight === 0n) expect(shares[index]).toBe(0n);
          });
        },
      ),
    );
  });

  it('refuses weights that say nothing', () => {
    expect(() => allocate(10n, [0n, 0n])).toThrow(RangeError);
    expect(() => allocate(10n, [-1n, 2n])).toThrow(RangeError);
  });
});

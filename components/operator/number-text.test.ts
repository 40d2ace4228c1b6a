import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberOf, textOfNumber } from './number-text.ts';

describe('a number in a field', () => {
  it('comes back from its text as it went in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.bigInt({ min: 0n, max: 10n ** 14n }), (whole, cents) => {
        expect(numberOf('percent', textOfNumber('percent', whole))).toBe(whole);
        expect(numberOf('whole', textOfNumber('whole', whole))).toBe(whole);
        expect(numberOf('dollars', textOfNumber('dollars', cents))).toBe(cents);
      }),
    );
  });

  it.each([
    ['percent', 2_500, '0.25'],
    ['percent', 25_000, '2.5'],
    ['percent', 100_000, '10'],
    ['percent', 0, '0'],
    ['dollars', 5_000n, '50'],
    ['dollars', 5_050n, '50.50'],
    ['optionalWhole', null, ''],
    ['optionalDollars', null, ''],
  ] as const)('of kind %s is %s written %s', (kind, value, text) => {
    expect(textOfNumber(kind, value)).toBe(text);
    expect(numberOf(kind, text)).toBe(value);
  });

  it('may have a comma before its decimals', () => {
    expect(numberOf('percent', '2,5')).toBe(25_000);
    expect(numberOf('dollars', '1.234,50')).toBe(123_450n);
    expect(numberOf('optionalDollars', '12,5')).toBe(1_250n);
  });

  it.each([
    ['percent', '1.23456'],
    ['percent', '-1'],
    ['whole', ''],
    ['whole', '1.5'],
    ['dollars', ''],
    ['dollars', '1.234'],
    ['optionalWhole', 'none'],
  ] as const)('of kind %s is not %j', (kind, text) => {
    expect(numberOf(kind, text)).toBeUndefined();
  });
});

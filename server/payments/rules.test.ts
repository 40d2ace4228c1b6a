import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvLine } from '#server/payments/csv.ts';
import { packageIds } from '#server/payments/packages.ts';
import { quoteTopUp, stateOfSession } from '#server/payments/rules.ts';

describe('a quote', () => {
  test.each([
    ['starter', { priceMinor: 1_000n, feeMinor: 25n, totalMinor: 1_025n, baseMinor: 10_000n, bonusMinor: 0n }],
    ['explorer', { priceMinor: 5_000n, feeMinor: 125n, totalMinor: 5_125n, baseMinor: 50_000n, bonusMinor: 2_500n }],
    ['trader', { priceMinor: 10_000n, feeMinor: 250n, totalMinor: 10_250n, baseMinor: 100_000n, bonusMinor: 7_500n }],
    [
      'merchant',
      { priceMinor: 25_000n, feeMinor: 625n, totalMinor: 25_625n, baseMinor: 250_000n, bonusMinor: 25_000n },
    ],
    ['noble', { priceMinor: 50_000n, feeMinor: 1_250n, totalMinor: 51_250n, baseMinor: 500_000n, bonusMinor: 75_000n }],
  ] as const)('of %s is what the price list says', (packageId, quote) => {
    expect(quoteTopUp({ kind: 'package', packageId })).toEqual({ choice: packageId, taxMinor: 0n, ...quote });
  });

  test('of a custom amount conserves: total = price + fee, ten ducat units a cent, fee half up', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1_000n, max: 1_000_000n }), (priceMinor) => {
        const quote = quoteTopUp({ kind: 'custom', priceMinor });
        expect(quote.totalMinor).toBe(quote.priceMinor + quote.feeMinor + quote.taxMinor);
        expect(quote.baseMinor).toBe(priceMinor * 10n);
        expect(quote.bonusMinor).toBe(0n);
        const twiceError = 2n * (quote.feeMinor * 10_000n - priceMinor * 250n);
        expect(twiceError > -10_000n && twiceError <= 10_000n).toBe(true);
      }),
    );
  });

  test('of a custom amount outside the range is refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.bigInt({ min: -(10n ** 18n), max: 999n }), fc.bigInt({ min: 1_000_001n, max: 10n ** 18n })),
        (priceMinor) => {
          expect(() => quoteTopUp({ kind: 'custom', priceMinor })).toThrow(
            expect.objectContaining({ code: 'amount_out_of_range' }),
          );
        },
      ),
    );
  });

  test('never gives bonus ducats worth more than the price', () => {
    for (const packageId of packageIds) {
      const { baseMinor, bonusMinor } = quoteTopUp({ kind: 'package', packageId });
      expect(bonusMinor < baseMinor).toBe(true);
    }
  });
});

test('only a session that Stripe calls paid is paid', () => {
  expect(stateOfSession({ status: 'complete', paymentStatus: 'paid', paymentIntentStatus: 'succeeded' })).toBe('paid');
  expect(stateOfSession({ status: 'open', paymentStatus: 'unpaid', paymentIntentStatus: null })).toBe('open');
  expect(stateOfSession({ status: 'complete', paymentStatus: 'unpaid', paymentIntentStatus: 'processing' })).toBe(
    'processing',
  );
  expect(
    stateOfSession({ status: 'complete', paymentStatus: 'unpaid', paymentIntentStatus: 'requires_payment_method' }),
  ).toBe('failed');
  expect(stateOfSession({ status: 'expired', paymentStatus: 'unpaid', paymentIntentStatus: null })).toBe('expired');
});

describe('a line of CSV', () => {
  /** What a spreadsheet reads: the cells of one line of RFC 4180. */
  function read(line: string): string[] {
    const cells: string[] = [];
    const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
    for (const match of line.matchAll(pattern)) cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    return cells;
  }

  test('never holds a cell that a spreadsheet takes for a formula, whatever the text', () => {
    const nasty = fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' =', ' -', '\u00a0=', '＝', '"', ',', "'");
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(nasty, fc.string()).map((parts) => parts.join('')),
          { minLength: 1, maxLength: 5 },
        ),
        (texts) => {
          const cells = read(csvLine(texts));
          expect(cells).toHaveLength(texts.length);
          cells.forEach((cell, index) => {
            expect(/^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(cell)).toBe(false);
            expect(cell === texts[index] || cell === `'${String(texts[index])}`).toBe(true);
          });
        },
      ),
    );
  });

  test('keeps negative numbers as numbers', () => {
    expect(csvLine(['purchase', { number: '-12.50' }])).toBe('purchase,-12.50\r\n');
  });

  test('treats a number that is none as text', () => {
    expect(csvLine([{ number: '-1+cmd' }])).toBe('"\'-1+cmd"\r\n');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { centsFor, problemOf, type CartFacts } from './cart-rules.ts';

const fine: CartFacts = {
  buyerId: 'buyer',
  sellerId: 'seller',
  isOnSale: true,
  hasVariants: false,
  variant: null,
  stock: 3,
  singlePriceMinor: 500n,
  version: 2,
  quantity: 3,
  seenUnitPriceMinor: 500n,
  seenVersion: 2,
};

describe('an item', () => {
  test('that is as it was seen has no problem, signed in or not', () => {
    expect(problemOf(fine)).toBeNull();
    expect(problemOf({ ...fine, buyerId: null })).toBeNull();
    expect(problemOf({ ...fine, stock: null, quantity: 100 })).toBeNull();
    expect(problemOf({ ...fine, hasVariants: true, variant: { isOffered: true } })).toBeNull();
  });

  test.each([
    ['own_listing', 'remove', { buyerId: 'seller' }],
    ['not_on_sale', 'remove', { isOnSale: false, stock: 0 }],
    ['variant_missing', 'choose', { hasVariants: true }],
    ['variant_gone', 'remove', { hasVariants: true, variant: { isOffered: false }, stock: 0 }],
    ['sold_out', 'remove', { stock: 0 }],
    ['insufficient_stock', 'reduce', { stock: 2 }],
    ['price_changed', 'accept', { singlePriceMinor: 501n, version: 3 }],
    ['terms_changed', 'accept', { version: 3 }],
  ] as const)('says %s, which %s mends', (code, remedy, facts) => {
    expect(problemOf({ ...fine, ...facts })).toEqual({ code, remedy });
  });
});

test('the cents of a top-up buy at least what is missing, and less than a cent too much', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), (missing) => {
      const bought = centsFor(missing) * 10n;
      expect(bought >= missing && bought - missing < 10n).toBe(true);
    }),
  );
});

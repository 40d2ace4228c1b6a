import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountsLeft, givenBack, refusePurchase, refuseStock, saleFee } from '#server/market/orders/order-rules.ts';
import type { WantedListing } from '#server/market/orders/order-rules.ts';
import { lowerFee } from '#server/market/orders/fee-bands.ts';
import { priceMinorMax } from '#server/market/catalogue/catalogue-schema.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { priceLines } from '#server/market/orders/purchase-lines.ts';
import type { PurchaseLine } from '#server/market/orders/order-schema.ts';
import { quantityMax } from '#server/market/orders/quantity-schema.ts';
import { ducat } from '#server/money/money.ts';

describe('the sale fee', () => {
  it("is a share in millionths, rounded down in the seller's favour", () => {
    expect(saleFee(ducat(100_00n), 25_000)).toBe(2_50n);
    expect(saleFee(ducat(39n), 25_000)).toBe(0n);
    expect(saleFee(ducat(199n), 5_000)).toBe(0n);
    expect(saleFee(ducat(200n), 5_000)).toBe(1n);
    expect(saleFee(ducat(1_000_000n), 1)).toBe(1n);
  });

  it('never eats the whole price, and what is too much by less than one centesimo is not taken', () => {
    const total = fc.bigInt({ min: 1n, max: priceMinorMax * BigInt(quantityMax) });
    fc.assert(
      fc.property(total, fc.integer({ min: 0, max: 999_999 }), (totalMinor, ppm) => {
        const fee = saleFee(ducat(totalMinor), ppm);
        expect(fee >= 0n && fee < totalMinor).toBe(true);
        expect(fee * 1_000_000n <= totalMinor * BigInt(ppm)).toBe(true);
        expect((fee + 1n) * 1_000_000n > totalMinor * BigInt(ppm)).toBe(true);
      }),
    );
  });
});

describe('what goes back', () => {
  const total = fc.bigInt({ min: 1n, max: priceMinorMax * BigInt(quantityMax) });
  const ppm = fc.integer({ min: 0, max: 1_000_000 });

  it('in any pieces takes in all the fee of the whole, and never more of the seller than it gives the buyer', () => {
    fc.assert(
      fc.property(
        total,
        ppm,
        fc.array(fc.bigInt({ min: 1n, max: 10_000n }), { maxLength: 8 }),
        (totalMinor, feePpm, cuts) => {
          const order = { totalMinor, feePpm, refundedMinor: 0n };
          let fees = 0n;
          for (const cut of cuts) {
            const left = totalMinor - order.refundedMinor;
            const backMinor = cut < left ? cut : left;
            if (backMinor === 0n) break;
            const { sellerMinor, feeMinor } = givenBack(order, backMinor);
            expect(sellerMinor >= 0n && feeMinor >= 0n && sellerMinor + feeMinor === backMinor).toBe(true);
            order.refundedMinor += backMinor;
            fees += feeMinor;
          }
          expect(fees + amountsLeft(order).feeMinor).toBe(saleFee(ducat(totalMinor), feePpm));
        },
      ),
    );
  });
});

describe('the fee by volume', () => {
  const bands = [
    { volumeFromMinor: ducat(100n), feePpm: 20_000 },
    { volumeFromMinor: ducat(500n), feePpm: 10_000 },
  ];

  it.each([
    [25_000, 0n, 25_000],
    [25_000, 99n, 25_000],
    [25_000, 100n, 20_000],
    [25_000, 499n, 20_000],
    [25_000, 500n, 10_000],
    [5_000, 10_000n, 5_000],
  ])('of a tier that pays %i and %i sold is %i', (tier, volume, fee) => {
    expect(lowerFee(tier, bands, volume)).toBe(fee);
  });

  it('is that of the tier where there are no bands', () => {
    expect(lowerFee(15_000, [], 1_000_000n)).toBe(15_000);
  });
});

describe('a purchase', () => {
  const fine: WantedListing = { sellerId: 'seller', state: 'published', version: 3 };
  const wish = { buyerId: 'buyer', listingVersion: 3, quantity: 2 };

  it.each([
    [null, {}, {}],
    [null, {}, { quantity: quantityMax }],
    [null, {}, { quantity: 5 }],
    ['own_listing', {}, { buyerId: 'seller' }],
    ['listing_withdrawn', { state: 'paused' }, {}],
    ['listing_changed', {}, { listingVersion: 2 }],
    ['invalid_quantity', {}, { quantity: 0 }],
    ['invalid_quantity', {}, { quantity: -1 }],
    ['invalid_quantity', {}, { quantity: 1.5 }],
    ['invalid_quantity', {}, { quantity: Number.NaN }],
    ['invalid_quantity', {}, { quantity: quantityMax + 1 }],
  ] as const)('answers %s for %o and %o', (refusal, listing, wanted) => {
    expect(refusePurchase({ ...fine, ...listing }, { ...wish, ...wanted })).toBe(refusal);
  });
});

describe('what of the stock refuses a purchase', () => {
  it.each([
    [null, null, quantityMax],
    [null, 5, 5],
    ['insufficient_stock', 5, 6],
    ['sold_out', 0, 1],
  ] as const)('is %s of %s for %s', (refusal, stock, quantity) => {
    expect(refuseStock(stock, quantity)).toBe(refusal);
  });
});

describe('a line', () => {
  const [red, gone] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
  const variants = [
    { id: red, values: ['red'], priceMinor: 12n, stock: 2, isOffered: true },
    { id: gone, values: ['blue'], priceMinor: 12n, stock: 9, isOffered: false },
  ];
  const listing = {
    ...{ id: 'listing', sellerId: 'seller', title: 'A cup', description: 'Of glass.', categorySlug: 'glass' },
    ...{ kind: 'goods', state: 'published', version: 3, priceMinor: 10n, stock: 5, quantitySteps: [] },
    acceptsItself: null,
    takesOffers: true,
  } as const;
  const priced = (offered: typeof variants, wanted: Partial<PurchaseLine> & { variantId: string | null }) =>
    priceLines([{ listingId: 'listing', listingVersion: 3, quantity: 2, ...wanted }], {
      buyerId: 'buyer',
      agreed: new Map([['listing', ducat(7n)]]),
      listings: new Map([['listing', { ...listing, variants: offered } as LockedListing]]),
    });

  it('costs what was chosen', () => {
    expect(priced(variants, { variantId: red })).toMatchObject([{ price: { unitPriceMinor: 12n }, totalMinor: 24n }]);
    expect(priced([], { variantId: null })).toMatchObject([{ price: { unitPriceMinor: 10n }, totalMinor: 20n }]);
    const byOffer = priced(variants, { variantId: red, offerId: 'an offer' });
    expect(byOffer).toMatchObject([{ price: { unitPriceMinor: 7n }, totalMinor: 14n }]);
  });

  it.each([
    ['variant_required', variants, { variantId: null }],
    ['variant_unavailable', variants, { variantId: gone }],
    ['variant_unavailable', [], { variantId: red }],
    // The stock of the variant counts, not that of all together.
    ['insufficient_stock', variants, { variantId: red, quantity: 3 }],
  ])('is refused as %s', (code, offered, wanted) => {
    expect(() => priced(offered, wanted)).toThrow(expect.objectContaining({ code }));
  });
});

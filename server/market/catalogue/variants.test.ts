import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { listingTerms, updateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { listingById } from '#server/market/catalogue/listing-queries.ts';
import { lockListing, moveStock } from '#server/market/catalogue/listing-locks.ts';
import { choiceOf, planVariants, priceOf, variantsKeptMax } from '#server/market/catalogue/listing-rules.ts';
import { updateListing } from '#server/market/catalogue/listings.ts';
import { systemIds } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { z } from '#server/platform/zod.ts';
import { testMarket } from '#server/testing/market.ts';
import type { TestCitizen, TestMarket } from '#server/testing/market.ts';

let market: TestMarket;
let seller: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  seller = await market.citizen();
});

const options = [
  { name: 'Colour', values: ['Red', 'Blue'] },
  { name: 'Size', values: ['Small', 'Large'] },
];
const variant = (values: string[], priceMinor: bigint, stock: number | null) => ({ values, priceMinor, stock });
const redSmall = variant(['Red', 'Small'], 20_00n, 3);
const redLarge = variant(['Red', 'Large'], 30_00n, 2);
const variants = [redSmall, redLarge, variant(['Blue', 'Small'], 15_00n, 1)];

const see = (listingId: string) => listingById(market.database.client, { listingId, visitorId: seller.citizenId });

/** Saves the form as it was filled from `seen`, with these changes. */
async function save(seen: Awaited<ReturnType<typeof see>>, change: Partial<z.input<typeof updateListingInput>> = {}) {
  const listing = updateListingInput.parse({
    ...seen,
    listingId: seen.id,
    category: seen.categorySlug,
    stockSeen: seen.stock,
    variants: seen.variants.map((each) => ({ ...each, stockSeen: each.stock })),
    ...change,
  });
  return market.database.inTransaction((tx) =>
    updateListing(tx, { sellerId: seller.citizenId, clock: market.clock, ids: systemIds, listing }),
  );
}

/** Sells from a variant as a purchase does. */
async function sell(listingId: string, values: readonly string[], units = 1): Promise<void> {
  await market.database.inTransaction(async (tx) => {
    const listing = await lockListing(tx, listingId);
    const sold = listing?.variants.find((each) => each.values.join() === values.join());
    invariant(listing !== null && sold !== undefined, 'the test sells what there is');
    await moveStock(tx, listing, { units: -units, variantId: sold.id });
  });
}

async function withVariants() {
  const { listingId } = await market.listing(seller, { options, variants });
  return see(listingId);
}

describe('a listing with variants', () => {
  it('asks the lowest price and has the stock of all, and each variant its own', async () => {
    const seen = await withVariants();
    expect(seen).toMatchObject({ priceMinor: 15_00n, stock: 6, hasVariants: true, options });
    expect(seen.variants).toMatchObject(variants);
  });

  it('is unlimited as soon as one of its variants is', async () => {
    const others = variants.slice(1);
    const { listingId } = await market.listing(seller, {
      options,
      variants: [{ values: ['Red', 'Small'], priceMinor: 20_00n, stock: null }, ...others],
    });
    expect(await see(listingId)).toMatchObject({ stock: null });
  });

  it('keeps a variant that is no longer offered, and offers the very same one again', async () => {
    const seen = await withVariants();
    const [red, large] = seen.variants;
    expect(await save(seen, { variants: [{ ...redSmall, stockSeen: 3 }] })).toMatchObject({ version: 2 });
    expect(await see(seen.id)).toMatchObject({ priceMinor: 20_00n, stock: 3, variants: [{ id: red?.id }] });
    await save(await see(seen.id), { variants: [redSmall, { ...redLarge, stock: 9 }] });
    expect((await see(seen.id)).variants).toMatchObject([{ id: red?.id }, { id: large?.id, stock: 9 }]);
    expect(await market.database.client.listingVariant.count({ where: { listingId: seen.id } })).toBe(3);
  });

  it('makes a new version for a changed price, and none for a changed stock', async () => {
    const seen = await withVariants();
    const restocked = seen.variants.map((each) => ({ ...each, stock: 7, stockSeen: each.stock }));
    expect(await save(seen, { variants: restocked })).toMatchObject({ version: 1 });
    expect(await see(seen.id)).toMatchObject({ stock: 21 });
    const dearer = (await see(seen.id)).variants.map((each) => ({
      ...each,
      priceMinor: 99_00n,
      stockSeen: each.stock,
    }));
    expect(await save(await see(seen.id), { variants: dearer })).toMatchObject({ version: 2 });
    expect(await see(seen.id)).toMatchObject({ priceMinor: 99_00n, stock: 21 });
  });

  it('may lose its choices and get them back, with stock that nobody sold meanwhile', async () => {
    const seen = await withVariants();
    await save(seen, { options: [], variants: [], priceMinor: 5_00n, stock: 4 });
    expect(await see(seen.id)).toMatchObject({ priceMinor: 5_00n, stock: 4, hasVariants: false, variants: [] });
    await save(await see(seen.id), { options, variants });
    expect(await see(seen.id)).toMatchObject({ priceMinor: 15_00n, stock: 6, hasVariants: true });
  });
});

describe('a sale while the form was open', () => {
  it('is never overwritten, and an edit that leaves its stock alone keeps it', async () => {
    const seen = await withVariants();
    await sell(seen.id, ['Red', 'Small']);
    const restocked = seen.variants.map((each) => ({ ...each, stock: 10, stockSeen: each.stock }));
    await expect(save(seen, { variants: restocked })).rejects.toMatchObject({ code: 'stock_changed' });
    await save(seen, { title: 'Only the title' });
    expect(await see(seen.id)).toMatchObject({ stock: 5, variants: [{ stock: 2 }, { stock: 2 }, { stock: 1 }] });
  });

  it('is not lost either when the choices are taken away or added', async () => {
    const seen = await withVariants();
    await sell(seen.id, ['Red', 'Small']);
    const plain = save(seen, { options: [], variants: [], stock: 7 });
    await expect(plain).rejects.toMatchObject({ code: 'stock_changed' });
    const { listingId } = await market.listing(seller, { stock: 5 });
    const simple = await see(listingId);
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    await market.buy(buyer, { listingId });
    await expect(save(simple, { options, variants })).rejects.toMatchObject({ code: 'stock_changed' });
  });

  it('and edits of the same stock at once end with exactly what was sold and what one of them set', async () => {
    const seen = await withVariants();
    const edits = Array.from({ length: 8 }, (_, index) =>
      save(seen, { variants: seen.variants.map((each) => ({ ...each, stock: 20 + index, stockSeen: each.stock })) }),
    );
    const sales = Array.from({ length: 3 }, () => sell(seen.id, ['Red', 'Small']));
    const [edited] = await Promise.all([Promise.allSettled(edits), Promise.all(sales)]);
    const refused = edited.flatMap((each) =>
      each.status === 'rejected' ? [(each.reason as { code: string }).code] : [],
    );
    expect(new Set(refused)).toEqual(new Set(['stock_changed']));
    const won = edited.findIndex(({ status }) => status === 'fulfilled');
    const after = await see(seen.id);
    const before = won === -1 ? [3, 2, 1] : [20 + won, 20 + won, 20 + won];
    expect(after.variants.map(({ stock }) => stock)).toEqual([(before[0] ?? 0) - 3, before[1], before[2]]);
    expect(after.stock).toBe(before.reduce((sum, each) => sum + each, 0) - 3);
  });
});

describe('what comes back from an order', () => {
  it('of a variant that was dropped, or of before there were variants, is not on sale again', async () => {
    const seen = await withVariants();
    const [red] = seen.variants;
    await save(seen, { options: [], variants: [], stock: 4 });
    await market.database.inTransaction(async (tx) => {
      const listing = await lockListing(tx, seen.id);
      if (listing !== null) await moveStock(tx, listing, { units: 2, variantId: red?.id ?? null });
    });
    expect(await see(seen.id)).toMatchObject({ stock: 4 });
    await save(await see(seen.id), { options, variants });
    await market.database.inTransaction(async (tx) => {
      const listing = await lockListing(tx, seen.id);
      if (listing !== null) await moveStock(tx, listing, { units: 2 });
    });
    expect(await see(seen.id)).toMatchObject({ stock: 6 });
  });
});

describe('the price of a choice', () => {
  const offered = { id: 'a', values: ['Red'], priceMinor: 7_00n, stock: 1, isOffered: true };
  const dropped = { ...offered, id: 'b', isOffered: false };
  const plain = { priceMinor: 5_00n, stock: 2, variants: [dropped] };

  it('is that of the variant, or of the listing where nothing is to be chosen', () => {
    expect(priceOf({ ...plain, variants: [offered, dropped] }, 'a')).toBe(7_00n);
    expect(choiceOf(plain, null)).toEqual({ priceMinor: 5_00n, stock: 2, values: [] });
  });

  it.each([
    ['no choice where there is one to make', { given: [offered], variantId: null, code: 'variant_required' }],
    ['a variant that was dropped', { given: [offered, dropped], variantId: 'b', code: 'variant_unavailable' }],
    ['a variant of something else', { given: [offered], variantId: 'c', code: 'variant_unavailable' }],
  ])('%s is refused', (_what, { given, variantId, code }) => {
    expect(() => priceOf({ ...plain, variants: given }, variantId)).toThrow(expect.objectContaining({ code }));
  });

  it('a listing does not collect variants without end', () => {
    const many = Array.from({ length: variantsKeptMax }, (_, index) => ({
      ...dropped,
      id: randomUUID(),
      values: [String(index)],
    }));
    expect(() => planVariants(many, variants)).toThrow(expect.objectContaining({ code: 'too_many_variants' }));
  });
});

describe('choices that make no sense', () => {
  const fine = { title: 'A goblet', description: 'Blown thin on Murano.', category: 'glass', priceMinor: 1n, stock: 1 };
  const good = { ...fine, options, variants };

  it('are not these', () => {
    expect(listingTerms.safeParse(good).success).toBe(true);
  });

  it.each([
    ['four options', { options: [...options, { name: 'C', values: ['1'] }, { name: 'D', values: ['1'] }] }],
    [
      'an option twice',
      {
        options: [
          { name: 'Size', values: ['Red', 'Blue'] },
          { name: 'size', values: ['Small', 'Large'] },
        ],
      },
    ],
    ['a value twice', { options: [{ name: 'Colour', values: ['Red', 'Red', 'Blue'] }, options[1]] }],
    ['an option without values', { options: [{ name: 'Colour', values: [] }, options[1]] }],
    ['options without variants', { variants: [] }],
    ['variants without options', { options: [] }],
    ['a variant with a value of no option', { variants: [variant(['Green', 'Small'], 1n, 1)] }],
    ['a variant with too few values', { variants: [variant(['Red'], 1n, 1)] }],
    ['a variant twice', { variants: [variants[0], variants[0]] }],
    ['a hundred and one variants', { variants: Array.from({ length: 101 }, () => variants[0]) }],
    ['a variant that costs nothing', { variants: [variant(['Red', 'Small'], 0n, 1)] }],
    ['a variant with negative stock', { variants: [variant(['Red', 'Small'], 1n, -1)] }],
    ['more stock in all than there may be', { variants: variants.map((each) => ({ ...each, stock: 900_000 })) }],
    ['a control character in a value', { options: [{ name: 'Colour', values: ['Red\u0000', 'Blue'] }, options[1]] }],
    ['variants of something digital', { kind: 'digital', stock: null }],
    ['a stock of something digital', { kind: 'digital', options: [], variants: [] }],
    ['delivery days of goods', { deliveryDays: 3 }],
    ['an availability of goods', { availability: 'Mondays' }],
    ['content of goods', { content: { text: 'Secret words', fileIds: [] } }],
  ])('%s is refused', (_what, change) => {
    expect(listingTerms.safeParse({ ...good, ...change }).success).toBe(false);
  });
});

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { archiveListing, republishListing, updateListing, pauseListing } from '#server/market/catalogue/listings.ts';
import { categories, listingById, ownListings } from '#server/market/catalogue/listing-queries.ts';
import { listingTerms, updateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import type { z } from '#server/platform/zod.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testMarket } from '#server/testing/market.ts';
import type { TestCitizen, TestMarket } from '#server/testing/market.ts';

let market: TestMarket;
let seller: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  seller = await market.citizen();
});

const see = (listingId: string, visitor: TestCitizen | null = null) =>
  listingById(market.database.client, { listingId, visitorId: visitor?.citizenId ?? null });

async function edit(listingId: string, change: Partial<z.input<typeof updateListingInput>>, by = seller) {
  const { categorySlug: category, ...seen } = await see(listingId, seller);
  const listing = updateListingInput.parse({ ...seen, listingId, category, stockSeen: seen.stock, ...change });
  return market.database.inTransaction((tx) =>
    updateListing(tx, { sellerId: by.citizenId, clock: market.clock, ids: systemIds, listing }),
  );
}

const move = (service: typeof pauseListing, listingId: string, by = seller) =>
  market.database.inTransaction((tx) =>
    service(tx, { sellerId: by.citizenId, listingId, clock: market.clock, ids: systemIds }),
  );

describe("a seller's own key", () => {
  it('is seen by the seller alone, stays through a change that leaves it out, and goes when it is emptied', async () => {
    const owner = await market.citizen();
    const { listingId } = await market.listing(owner, { sellerKey: 'GOBLET-01' });
    const keys = async () => {
      const { items } = await ownListings(market.database.client, { sellerId: owner.citizenId, limit: 10 });
      return items.map(({ sellerKey }) => sellerKey);
    };
    const change = (sellerKey: string | null | undefined) => edit(listingId, { sellerKey }, owner);
    expect([(await see(listingId)).sellerKey, (await see(listingId, seller)).sellerKey]).toEqual([null, null]);
    expect((await see(listingId, owner)).sellerKey).toBe('GOBLET-01');
    await change(undefined);
    expect(await keys()).toEqual(['GOBLET-01']);
    expect(await change('GOBLET-02')).toMatchObject({ version: 1 });
    expect(await keys()).toEqual(['GOBLET-02']);
    await change(null);
    expect(await keys()).toEqual([null]);
  });

  it('belongs to one listing of theirs, also when two are sent at once, until that one is archived', async () => {
    const [owner, other] = [await market.citizen(), await market.citizen()];
    const sent = await Promise.allSettled([1, 2, 3].map(() => market.listing(owner, { sellerKey: 'ONE' })));
    const kept = sent.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(kept).toHaveLength(1);
    for (const answer of sent)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'seller_key_taken' });
    await market.listing(other, { sellerKey: 'ONE' });
    await move(archiveListing, kept[0]?.listingId ?? '', owner);
    expect(await market.listing(owner, { sellerKey: 'ONE' })).toMatchObject({ version: 1 });
  });
});

describe('publishing', () => {
  it('twice with one key is one listing and the same answer, also at once', async () => {
    const key = randomUUID();
    const title = 'Published once';
    const answers = await Promise.all(Array.from({ length: 6 }, () => market.listing(seller, { key, title })));
    expect(new Set(answers.map((answer) => answer.listingId)).size).toBe(1);
    expect(await market.database.client.listing.count({ where: { title } })).toBe(1);
  });

  it('with a used key and other contents is refused', async () => {
    const key = randomUUID();
    await market.listing(seller, { key });
    const again = market.listing(seller, { key, priceMinor: 1n });
    await expect(again).rejects.toMatchObject({ kind: 'conflict', code: 'idempotency_key_reused' });
  });

  it("stops at the number of listings that the seller's trust level allows, also when all are sent at once", async () => {
    const busy = await market.citizen({ level: 0 });
    const refusal = { code: 'listing_limit', details: { listingsMax: 3, level: 0 } };
    const sent = await Promise.allSettled(Array.from({ length: 12 }, () => market.listing(busy)));
    const published = sent.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(published).toHaveLength(3);
    for (const answer of sent) if (answer.status === 'rejected') expect(answer.reason).toMatchObject(refusal);
    const [first] = published;
    await move(pauseListing, first?.listingId ?? '', busy);
    await market.listing(busy);
    await expect(move(republishListing, first?.listingId ?? '', busy)).rejects.toMatchObject(refusal);
  });

  it('at the limit still answers a repetition of what was published', async () => {
    const busy = await market.citizen({ level: 0 });
    const keys = Array.from({ length: 3 }, () => randomUUID());
    const first = await Promise.all(keys.map((key) => market.listing(busy, { key })));
    expect(await Promise.all(keys.map((key) => market.listing(busy, { key })))).toEqual(first);
  });
});

describe('changing a listing', () => {
  it('makes a new version when its terms change, and none when only the stock does', async () => {
    const { listingId } = await market.listing(seller, { stock: 5 });
    expect(await edit(listingId, { priceMinor: 40_00n })).toMatchObject({ version: 2 });
    expect(await edit(listingId, { stock: 9 })).toMatchObject({ version: 2 });
    expect(await edit(listingId, {})).toMatchObject({ version: 2 });
    expect(await see(listingId)).toMatchObject({ priceMinor: 40_00n, stock: 9, version: 2 });
  });

  it('from an old version is refused and changes nothing', async () => {
    const { listingId } = await market.listing(seller);
    await edit(listingId, { title: 'The second title' });
    await expect(edit(listingId, { version: 1, title: 'Too late' })).rejects.toMatchObject({ code: 'listing_changed' });
    expect(await see(listingId)).toMatchObject({ title: 'The second title' });
  });

  it('never overwrites what was sold while the form was open', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller, { stock: 5 });
    await market.buy(buyer, { listingId, quantity: 1 });
    const refill = edit(listingId, { stock: 10, stockSeen: 5 });
    await expect(refill).rejects.toMatchObject({ code: 'stock_changed' });
    await edit(listingId, { title: 'Only the title', stock: 5, stockSeen: 5 });
    expect(await see(listingId)).toMatchObject({ title: 'Only the title', stock: 4 });
  });

  it('by someone else, or of a listing that is not there, is not_found', async () => {
    const other = await market.citizen();
    const { listingId } = await market.listing(seller);
    const notFound = { kind: 'not_found', code: 'listing_not_found' };
    await expect(edit(listingId, { title: 'Not yours' }, other)).rejects.toMatchObject(notFound);
    await expect(move(pauseListing, listingId, other)).rejects.toMatchObject(notFound);
    await expect(move(pauseListing, randomUUID())).rejects.toMatchObject(notFound);
  });
});

describe('withdrawing', () => {
  it('hides a listing from everyone but its seller, until it is published again', async () => {
    const { listingId } = await market.listing(seller);
    const other = await market.citizen();
    await move(pauseListing, listingId);
    expect(await move(pauseListing, listingId)).toMatchObject({ state: 'paused' });
    await expect(see(listingId)).rejects.toMatchObject({ code: 'listing_not_found' });
    await expect(see(listingId, other)).rejects.toMatchObject({ code: 'listing_not_found' });
    expect(await see(listingId, seller)).toMatchObject({ state: 'paused' });
    await move(republishListing, listingId);
    expect(await see(listingId, other)).toMatchObject({ state: 'published', version: 1 });
  });

  it("leaves the listing among the seller's own and takes it from its category's count", async () => {
    const single = await market.citizen();
    const { listingId } = await market.listing(single, { category: 'maps' });
    const maps = async () => (await categories(market.database.client)).find(({ slug }) => slug === 'maps')?.listings;
    const before = (await maps()) ?? 0;
    await move(pauseListing, listingId, single);
    expect(await maps()).toBe(before - 1);
    const own = await ownListings(market.database.client, { sellerId: single.citizenId, limit: 10 });
    expect(own.items).toMatchObject([{ id: listingId, state: 'paused' }]);
  });
});

describe('what a listing may say', () => {
  const fine = {
    title: 'A goblet',
    description: 'Blown thin on Murano.',
    category: 'glass',
    priceMinor: 1n,
    stock: null,
  };

  it.each([
    ['a title of two letters', { title: 'ab' }],
    ['a title of spaces', { title: '          ' }],
    ['a title that is too long', { title: 'a'.repeat(121) }],
    ['a null byte', { title: 'a goblet\u0000' }],
    ['an escape character', { description: 'a goblet\u001b[31m of glass' }],
    ['a direction override', { title: 'a goblet \u202Etxt.exe' }],
    ['half a surrogate pair', { title: 'a goblet \uD800' }],
    ['a description that is too long', { description: 'a'.repeat(4001) }],
    ['a price of nothing', { priceMinor: 0n }],
    ['a negative price', { priceMinor: -1n }],
    ['a price above the limit', { priceMinor: 100_000_001n }],
    ['a price that is not a bigint', { priceMinor: 5 }],
    ['a negative stock', { stock: -1 }],
    ['half a unit', { stock: 1.5 }],
    ['a stock above the limit', { stock: 1_000_001 }],
    ['a category that is no slug', { category: 'Glass; DROP' }],
  ])('%s is refused', (_what, change) => {
    expect(listingTerms.safeParse({ ...fine, ...change }).success).toBe(false);
  });

  it('folds spaces and line ends, and keeps paragraphs, markup and every script as text', () => {
    const terms = listingTerms.parse({
      ...fine,
      title: '  <b>Bicchiere</b>\t di   vetro ',
      description: 'Uno.\r\n\r\n\r\n\r\nDue  è 玻璃 🏺.\n',
    });
    expect(terms.title).toBe('<b>Bicchiere</b> di vetro');
    expect(terms.description).toBe('Uno.\n\nDue è 玻璃 🏺.');
  });

  it('whatever passes is stored: emoji count as one letter each, for the form and for the database', async () => {
    const terms = listingTerms.parse({ ...fine, title: '🏺🏺🏺', description: '🏺'.repeat(4000) });
    const { listingId } = await market.listing(seller, terms);
    expect(await see(listingId)).toMatchObject({ title: '🏺🏺🏺', description: '🏺'.repeat(4000) });
  });
});

import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { categorySlugs } from '#server/market/catalogue/catalogue-schema.ts';
import { categoryCounts } from '#server/market/search/category-counts.ts';
import { facets } from '#server/market/search/facets.ts';
import { countListings, followNews } from '#server/market/search/search-jobs.ts';
import { searchListings } from '#server/market/search/search.ts';
import { listingFilter, searchListingsInput, suggestInput } from '#server/market/search/search-schema.ts';
import { suggestions } from '#server/market/search/suggestions.ts';
import { systemIds } from '#server/platform/ids.ts';
import { asSuperuser } from '#server/testing/database.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import type { z } from 'zod';

/** Every filter, order, typo, facet and suggestion, on a small market whose contents are known by heart. */
let market: TestMarket;
let shop: TestCitizen;

type Query = z.input<typeof searchListingsInput>;
const reading = () => ({ db: market.database.client, database: market.database, clock: market.clock });
const search = (query: Query) => searchListings(reading(), searchListingsInput.parse(query));
const titles = async (query: Query) => (await search(query)).items.map(({ title }) => title);
const sorted = async (query: Query) => (await titles(query)).sort();
const facetsOf = (filter: z.input<typeof listingFilter>) => facets(reading(), listingFilter.parse(filter));
const suggest = (text: string) => suggestions(reading(), suggestInput.parse({ text }).text);
const jobs = () => ({ database: market.database, clock: market.clock, ids: systemIds });

/** Until all news is read: a transaction of another test's database may hold the latest back for a moment. */
async function readAllNews(): Promise<void> {
  await vi.waitFor(
    async () => {
      await followNews(jobs());
      const rows = await market.database.client.$queryRaw<{ left: number }[]>`
        SELECT count(*)::integer AS left FROM outbox_event JOIN outbox_cursor ON consumer = 'market.storefronts'
         WHERE (outbox_event.xid, outbox_event.position) > (outbox_cursor.xid, outbox_cursor.position)`;
      expect(rows[0]?.left).toBe(0);
    },
    { timeout: 20_000 },
  );
}

beforeAll(async () => {
  market = await testMarket();
  shop = await market.citizen({ tier: 'creator' });
  const other = await market.citizen({ tier: 'observer' });
  const add = (seller: TestCitizen, title: string, rest: object) => {
    market.clock.advance(1_000);
    return market.listing(seller, { title, description: 'Something to be sold here.', ...rest });
  };
  await add(shop, 'Goblet of the doge', { category: 'glass', priceMinor: 10_00n, tags: ['wedding'] });
  await add(shop, 'Lantern for a gondola', { category: 'glass', priceMinor: 20_00n, stock: 0 });
  await add(other, 'Velvet mantle', { category: 'textiles', priceMinor: 30_00n, stock: null });
  await add(other, 'Passage to Torcello', { category: 'services', kind: 'service', priceMinor: 5_00n });
  await add(other, 'Terrazzo pattern', { category: 'patterns', priceMinor: 40_00n, description: 'Like a goblet.' });
  await asSuperuser(
    market.database,
    `UPDATE listing SET sold_count = 9, rating_count = 2, rating_sum = 9 WHERE title LIKE 'Velvet%';
     UPDATE listing SET sold_count = 3, rating_count = 3, rating_sum = 9 WHERE title LIKE 'Goblet%'`,
  );
  await readAllNews();
});

describe('a filter leaves in what it names and nothing else', () => {
  const slugOf = async () => {
    const row = await market.database.client.storefront.findUniqueOrThrow({ where: { sellerId: shop.citizenId } });
    return row.slug;
  };

  it.each<[string, Query, string[]]>([
    ['a category', { category: 'glass' }, ['Goblet of the doge', 'Lantern for a gondola']],
    ['a category that there is not', { category: 'weapons' }, []],
    ['a kind', { kind: 'service' }, ['Passage to Torcello']],
    ['tiers of the seller', { tiers: ['creator'] }, ['Goblet of the doge', 'Lantern for a gondola']],
    ['any of several tiers', { tiers: ['participant', 'enterprise'] }, []],
    ['a lowest price, which is included', { priceMinorMin: 30_00n }, ['Terrazzo pattern', 'Velvet mantle']],
    ['a highest price, which is included', { priceMinorMax: 10_00n }, ['Goblet of the doge', 'Passage to Torcello']],
    ['a price between two', { priceMinorMin: 10_00n, priceMinorMax: 20_00n, inStock: true }, ['Goblet of the doge']],
    ['a price that cannot be', { priceMinorMin: 2n, priceMinorMax: 1n }, []],
    ['an average that suffices', { ratingMin: 3 }, ['Goblet of the doge', 'Velvet mantle']],
    ['an average above it', { ratingMin: 4 }, ['Velvet mantle']],
    ['a tag', { tag: 'wedding' }, ['Goblet of the doge']],
    ['a tag in capitals', { tag: 'Wedding' }, ['Goblet of the doge']],
    ['words and a filter together', { text: 'goblet', category: 'glass' }, ['Goblet of the doge']],
  ])('by %s', async (_what, query, expected) => {
    expect(await sorted(query)).toEqual(expected);
  });

  it('by what is in stock, where unlimited is in stock as well', async () => {
    expect(await sorted({ inStock: true })).not.toContain('Lantern for a gondola');
    expect(await sorted({ inStock: true })).toContain('Velvet mantle');
  });

  it('by a seller', async () => {
    expect(await sorted({ seller: await slugOf() })).toEqual(['Goblet of the doge', 'Lantern for a gondola']);
    expect(await sorted({ seller: 'nobody-at-all' })).toEqual([]);
  });

  it('by a category with everything below it, and not the other way round', async () => {
    const below = await market.database.client.category.findFirst({
      where: { parentSlug: 'maps' },
      select: { slug: true },
    });
    const category = below?.slug ?? '';
    await market.listing(shop, { title: 'Chart of a far coast', category, priceMinor: 60_00n });
    expect(await titles({ category: 'maps' })).toEqual(['Chart of a far coast']);
    expect(await titles({ category })).toEqual(['Chart of a far coast']);
    await asSuperuser(market.database, `UPDATE listing SET state = 'paused' WHERE title = 'Chart of a far coast'`);
  });
});

describe('an order', () => {
  it('by relevance puts titles before descriptions, whatever is newer', async () => {
    expect(await titles({ text: 'goblet' })).toEqual(['Goblet of the doge', 'Terrazzo pattern']);
    expect(await titles({ text: 'goblet', sort: 'newest' })).toEqual(['Terrazzo pattern', 'Goblet of the doge']);
  });

  it('by relevance goes on from titles to descriptions over pages', async () => {
    const first = await search({ text: 'goblet', limit: 1 });
    expect(first.items.map(({ title }) => title)).toEqual(['Goblet of the doge']);
    const second = await search({ text: 'goblet', limit: 1, cursor: first.nextCursor ?? '' });
    expect(second.items.map(({ title }) => title)).toEqual(['Terrazzo pattern']);
    expect(second.nextCursor).toBeNull();
  });

  it('by popularity begins with the most sold', async () => {
    expect((await titles({ sort: 'popularity' })).slice(0, 2)).toEqual(['Velvet mantle', 'Goblet of the doge']);
  });

  it('by price begins with the cheapest or the dearest', async () => {
    expect((await titles({ sort: 'price_asc' }))[0]).toBe('Passage to Torcello');
    expect((await titles({ sort: 'price_desc' }))[0]).toBe('Terrazzo pattern');
  });
});

describe('a typo', () => {
  it.each([
    ['a missing letter', 'velvt', 'velvet'],
    ['a letter too many', 'gobblet', 'goblet'],
    ['swapped letters', 'lantren', 'lantern'],
    ['one wrong word of two', 'velvte mantle', 'velvet mantle'],
  ])('(%s) finds what was meant, and says so', async (_what, text, meant) => {
    const page = await search({ text });
    expect(page.meant).toEqual({ text: meant, isApplied: true });
    expect(page.items.length).toBeGreaterThan(0);
  });

  it('is not looked for in what is quoted, excluded, short or numbers', async () => {
    for (const text of ['"velvt"', 'velvt -goblet', 'ogb', '12345'])
      expect(await search({ text })).toEqual({ items: [], nextCursor: null, meant: null });
  });

  it('is only asked about where something was found all the same', async () => {
    await market.listing(shop, { title: 'Velvt, a misprint', category: 'books' });
    expect(await search({ text: 'velvt' })).toMatchObject({ items: [{ title: 'Velvt, a misprint' }] });
    await asSuperuser(market.database, `UPDATE listing SET state = 'paused' WHERE title LIKE 'Velvt%'`);
    await asSuperuser(market.database, `DELETE FROM search_word WHERE word = 'velvt'`);
  });
});

describe('facets', () => {
  const counts = (values: readonly { value: string; count: number }[]) =>
    Object.fromEntries(values.map(({ value, count }) => [value, count]));

  it('count every choice, exactly', async () => {
    const found = await facetsOf({ priceMinorMin: 1n });
    expect(found.total).toEqual({ count: 5, isMore: false });
    expect(counts(found.categories)).toMatchObject({ glass: 2, textiles: 1, services: 1, patterns: 1 });
    expect(counts(found.kinds)['service']).toBe(1);
    expect(counts(found.tiers)).toEqual({ creator: 2, observer: 3 });
    expect(counts(found.ratings)).toEqual({ '4': 1, '3': 2, '2': 2 });
    expect(found.inStock).toEqual({ count: 4, isMore: false });
  });

  it('count a chosen facet as if it were not chosen, and the others with it', async () => {
    const found = await facetsOf({ category: 'glass', inStock: true });
    expect(found.total.count).toBe(1);
    expect(counts(found.categories)).toMatchObject({ glass: 1, textiles: 1, services: 1 });
    expect(found.inStock.count).toBe(1);
    expect(counts(found.tiers)).toEqual({ creator: 1 });
  });

  it('count the hits of words with several choices as each choice would show them', async () => {
    const found = await facetsOf({ text: 'something', category: 'glass', kind: 'goods', inStock: true });
    expect(found.total.count).toBe(1);
    expect(counts(found.categories)).toEqual({ glass: 1, textiles: 1 });
    expect(counts(found.kinds)).toEqual({ goods: 1 });
    expect(counts(found.tiers)).toEqual({ creator: 1 });
    expect(found.inStock.count).toBe(1);
  });

  it('kept for a minute say the same as those counted there and then, and no longer afterwards', async () => {
    const live = [await facetsOf({}), await facetsOf({ category: 'glass' })];
    expect(await countListings(jobs())).toBe(true);
    expect([await facetsOf({}), await facetsOf({ category: 'glass' })]).toEqual(live);
    const { listingId } = await market.listing(shop, { title: 'Late arrival', category: 'glass' });
    expect((await facetsOf({})).total.count).toBe(5);
    market.clock.advance(61_000);
    expect((await facetsOf({})).total.count).toBe(6);
    await asSuperuser(market.database, `UPDATE listing SET state = 'paused' WHERE id = '${listingId}'`);
  });
});

describe('the trades', () => {
  const trades = async () =>
    Object.fromEntries((await categoryCounts(reading())).map(({ slug, listings }) => [slug, listings]));

  it('are counted where nobody did, and for a minute as they were counted', async () => {
    market.clock.advance(61_000);
    const live = await trades();
    expect(live).toEqual({ ...none, glass: 2, textiles: 1, services: 1, patterns: 1 });
    expect(await countListings(jobs())).toBe(true);
    expect(await trades()).toEqual(live);
    const { listingId } = await market.listing(shop, { title: 'Later still', category: 'spices' });
    expect(await trades()).toEqual(live);
    market.clock.advance(61_000);
    expect(await trades()).toEqual({ ...live, spices: 1 });
    expect(await countListings(jobs())).toBe(true);
    expect(await trades()).toEqual({ ...live, spices: 1 });
    await asSuperuser(market.database, `UPDATE listing SET state = 'paused' WHERE id = '${listingId}'`);
    market.clock.advance(61_000);
  });
});

const none = Object.fromEntries(categorySlugs.map((slug) => [slug, 0]));

describe('suggestions', () => {
  it('name categories, sellers and titles that begin so, at most eight', async () => {
    expect(await suggest('gla')).toContainEqual(expect.objectContaining({ kind: 'category', slug: 'glass' }));
    expect(await suggest('vet')).toContainEqual(expect.objectContaining({ kind: 'category', slug: 'glass' }));
    expect(await suggest('velv')).toEqual([{ kind: 'listing', title: 'Velvet mantle' }]);
    expect(await suggest('gondola lan')).toEqual([{ kind: 'listing', title: 'Lantern for a gondola' }]);
    const { username, slug } = await market.database.client.storefront.findFirstOrThrow();
    expect(await suggest(username.slice(0, 12))).toContainEqual({ kind: 'seller', slug, name: username });
    expect((await suggest('c_')).length).toBeLessThanOrEqual(8);
  });

  it('are none for one letter, and never an error', async () => {
    expect(await suggest('g')).toEqual([]);
    const odd = fc.string({ maxLength: 200, unit: 'binary' });
    await fc.assert(
      fc.asyncProperty(odd, async (text) => {
        expect((await suggest(text)).length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 60 },
    );
  });
});

describe('many at once', () => {
  it('are all answered alike', async () => {
    const pages = await Promise.all(Array.from({ length: 300 }, () => search({ text: 'goblet' })));
    expect(new Set(pages.map(({ items }) => items.map(({ id }) => id).join())).size).toBe(1);
  });
});

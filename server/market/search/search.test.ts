import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { pauseListing } from '#server/market/catalogue/listings.ts';
import { ownListings } from '#server/market/catalogue/listing-queries.ts';
import { ordersBought, ordersSold } from '#server/market/orders/order-queries.ts';
import { listingSorts, searchListingsInput } from '#server/market/search/search-schema.ts';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';
import type { Page } from '#server/market/schema.ts';
import { searchListings } from '#server/market/search/search.ts';
import { systemIds } from '#server/platform/ids.ts';
import { plantSeed } from '#prisma/seed/plant.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { testSealing } from '#server/testing/sealing.ts';
import { testMarket, testSecret } from '#server/testing/market.ts';
import type { TestCitizen, TestMarket } from '#server/testing/market.ts';
import type { z } from 'zod';

let market: TestMarket;
let seller: TestCitizen;

type Query = z.input<typeof searchListingsInput>;

const reading = ({ database, clock }: Pick<TestMarket, 'database' | 'clock'>) => ({
  db: database.client,
  database,
  clock,
});
const search = (query: Query) => searchListings(reading(market), searchListingsInput.parse(query));
const titles = async (query: Query) => (await search(query)).items.map((item) => item.title).sort();

beforeAll(async () => {
  market = await testMarket();
  seller = await market.citizen();
  const add = (title: string, description: string, rest: object = {}) =>
    market.listing(seller, { title, description, ...rest });
  await add('Goblet of cristallo', 'Blown thin at our furnace.');
  await add('Reading lenses', 'Two ground glasses for the study.');
  await add('Perspective glass', 'Shows a ship two hours early.', { category: 'instruments' });
  await add('Mappa della Laguna', 'Canali e bricole, carta impermeabile.', { category: 'maps' });
  await add('Pepper', 'Heavy berries of Malabar.', { category: 'spices', stock: 0 });
  const { listingId } = await add('Withdrawn goblet', 'Not on sale any more.');
  await market.database.inTransaction((tx) =>
    pauseListing(tx, { sellerId: seller.citizenId, listingId, clock: market.clock, ids: systemIds }),
  );
  // Many with the same price and the same moment: only the id tells them apart.
  for (let index = 0; index < 30; index += 1) {
    if (index % 7 === 0) market.clock.advance(1);
    await add(`Bead ${String(index)}`, 'One of many beads.', {
      category: 'textiles',
      priceMinor: BigInt(1 + (index % 3)),
    });
  }
});

describe('searching by text', () => {
  it.each([
    ['a stem finds every form of the word', 'glass', ['Perspective glass', 'Reading lenses']],
    ['the last word may be unfinished', 'crist', ['Goblet of cristallo']],
    ['all words must match, the last as a beginning', 'goblet furn', ['Goblet of cristallo']],
    ['case does not matter', 'PERSPECTIVE', ['Perspective glass']],
    ['Italian words match as written', 'bricole', ['Mappa della Laguna']],
    ['a quoted phrase matches as a phrase', '"perspective glass"', ['Perspective glass']],
    ['minus excludes', 'glass -study', ['Perspective glass']],
    ['sold-out listings are found', 'pepper', ['Pepper']],
    ['withdrawn ones are not', 'withdrawn', []],
    ['no hit is an empty page', 'gunpowder', []],
  ])('%s', async (_guarantee, text, expected) => {
    expect(await titles({ text })).toEqual(expected);
  });

  it('and by category at once', async () => {
    expect(await titles({ text: 'glass', category: 'instruments' })).toEqual(['Perspective glass']);
  });

  it('an empty text is no filter', async () => {
    expect((await search({ text: '   ', limit: 100 })).items).toHaveLength(35);
  });

  it('any text at all is answered, never an error', async () => {
    const odd = fc.oneof(
      fc.string({ maxLength: 200, unit: 'binary' }),
      fc
        .array(fc.constantFrom('glass', '"', "'", '\\', '&', '|', '!', '(', ')', ':*', '<->', '-', '%', '\u0000', ' '))
        .map((parts) => parts.join('').slice(0, 200)),
    );
    await fc.assert(
      fc.asyncProperty(odd, async (text) => {
        expect((await search({ text, limit: 5 })).items.length).toBeLessThanOrEqual(5);
      }),
      { numRuns: 150 },
    );
  });
});

describe('paging', () => {
  async function collect<Item extends { id: string }>(page: (cursor?: string) => Promise<Page<Item>>): Promise<Item[]> {
    const all: Item[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 20; pages += 1) {
      const { items, nextCursor } = await page(cursor);
      all.push(...items);
      if (nextCursor === null) return all;
      cursor = nextCursor;
    }
    throw new Error('the list never ends');
  }

  it('is exact on a server in any time zone', async () => {
    const database = await testDatabase();
    await asSuperuser(
      database,
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'Europe/Rome'); END $$`,
    );
    const now = new Date();
    await plantSeed({ database, now, secret: testSecret, sealing: testSealing });
    const all = await collect<ListingCard>((cursor) =>
      searchListings(reading({ database, clock: market.clock }), searchListingsInput.parse({ limit: 10, cursor })),
    );
    expect(all).toHaveLength(64);
    expect(new Set(all.map((item) => item.id)).size).toBe(64);
    const rows = await database.client.$queryRaw<{ hours: number }[]>`
      SELECT extract(epoch FROM ${now.toISOString()}::text::timestamptz - max(created_at))::float8 / 3600 AS hours
        FROM listing`;
    expect(rows[0]?.hours).toBeCloseTo((now.getTime() - (all[0]?.createdAt.getTime() ?? 0)) / 3_600_000, 6);
  });

  it.each(listingSorts)('by %s shows every listing exactly once, in order', async (sort) => {
    const all = await collect<ListingCard>((cursor) =>
      search({ sort, limit: 7, ...(cursor === undefined ? {} : { cursor }) }),
    );
    expect(all).toHaveLength(35);
    expect(new Set(all.map((item) => item.id)).size).toBe(35);
    const whole = await search({ sort, limit: 100 });
    expect(all.map((item) => item.id)).toEqual(whole.items.map((item) => item.id));
    const inOrder = all.every((item, index) => {
      const next = all[index + 1];
      if (next === undefined) return true;
      if (sort === 'newest' || sort === 'relevance') return item.createdAt >= next.createdAt;
      if (sort === 'popularity') return true;
      return sort === 'price_asc' ? item.priceMinor <= next.priceMinor : item.priceMinor >= next.priceMinor;
    });
    expect(inOrder).toBe(true);
  });

  it("through a seller's own listings and through orders shows each exactly once", async () => {
    const buyer = await market.citizen({ ducatsMinor: 1_000_00n });
    const shop = await market.citizen();
    const { listingId } = await market.listing(shop, { priceMinor: 1n, stock: null });
    for (let index = 0; index < 9; index += 1) await market.buy(buyer, { listingId });
    const { client } = market.database;
    const bought = await collect((cursor) => ordersBought(client, { buyerId: buyer.citizenId, limit: 4, cursor }));
    const sold = await collect((cursor) => ordersSold(client, { sellerId: shop.citizenId, limit: 4, cursor }));
    const own = await collect((cursor) => ownListings(client, { sellerId: seller.citizenId, limit: 4, cursor }));
    expect(new Set(bought.map((order) => order.id)).size).toBe(9);
    expect(sold.map((order) => order.id)).toEqual(bought.map((order) => order.id));
    expect(new Set(own.map((listing) => listing.id)).size).toBe(36);
  });

  const forged = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');
  const anId = '01900000-0000-7000-8000-000000000000';

  it.each([
    'nonsense',
    '%00',
    forged({}),
    forged([]),
    forged(['2026-01-01T00:00:00.000Z', 'x']),
    forged(['0000-01-01T00:00:00.000Z', anId]),
    forged(['-5', anId]),
    forged(['9'.repeat(30), anId]),
  ])('a cursor that was tampered with (%s) is refused as invalid', async (cursor) => {
    for (const sort of listingSorts) {
      await expect(search({ cursor, sort })).rejects.toMatchObject({ kind: 'invalid', code: 'invalid_cursor' });
    }
  });

  it('a cursor of another sort order is refused as invalid', async () => {
    const { nextCursor } = await search({ sort: 'newest', limit: 2 });
    const attempt = search({ sort: 'price_asc', cursor: nextCursor ?? '' });
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  it('a page has at most one hundred rows', () => {
    expect(searchListingsInput.safeParse({ limit: 101 }).success).toBe(false);
    expect(searchListingsInput.parse({}).limit).toBe(24);
  });
});

import { beforeAll, describe, expect, it, vi } from 'vitest';
import { marketClosing, marketData } from '#server/market/account.ts';
import { pauseListing, republishListing, updateListing } from '#server/market/catalogue/listings.ts';
import { followShelves } from '#server/market/dashboards/shelf-jobs.ts';
import { setBlock } from '#server/market/people/blocks.ts';
import { viewedRouter } from '#server/market/viewed/viewed-router.ts';
import { viewedMax } from '#server/market/viewed/viewed-listings.ts';
import { tellOfSales } from '#server/market/wishlist/wishlist-jobs.ts';
import { wishlistRouter } from '#server/market/wishlist/wishlist-router.ts';
import { tellWishers } from '#server/market/wishlist/wish-news.ts';
import { wishesMax } from '#server/market/wishlist/wishlist-schema.ts';
import { asRefusal } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { createCallerFactory, router } from '#server/platform/trpc.ts';
import { testContext } from '#server/testing/context.ts';
import { runSale } from '#server/testing/discounts.ts';
import { defaultTerms, testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { testSealing } from '#server/testing/sealing.ts';

const makeCaller = createCallerFactory(router({ wishlist: wishlistRouter, viewed: viewedRouter }));

let market: TestMarket;
let seller: TestCitizen;
let buyer: TestCitizen;

const as = (citizen: TestCitizen) => makeCaller(testContext(market, testPrincipal(citizen)));
const tools = () => ({ database: market.database, clock: market.clock, ids: systemIds });
const code = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: unknown) => asRefusal((error as { cause?: unknown }).cause)?.code ?? 'invalid_input',
  );
const toldOf = async (kind: string, listingId: string) => {
  const rows = await market.database.client.notification.findMany({ where: { citizenId: buyer.citizenId, kind } });
  return rows.filter(({ details }) => (details as { listing?: string }).listing === listingId).length;
};
const tell = (listingId: string) =>
  market.database.inTransaction((tx) => tellWishers(tx, tools(), { listingIds: [listingId], limit: 500 }));
const ofSeller = (listingId: string) => ({ sellerId: seller.citizenId, listingId, ...tools() });
const pause = (listingId: string) => market.database.inTransaction((tx) => pauseListing(tx, ofSeller(listingId)));
const republish = (listingId: string) =>
  market.database.inTransaction((tx) => republishListing(tx, ofSeller(listingId)));

async function change(listingId: string, terms: { priceMinor?: bigint; stock?: number; title?: string }) {
  const row = await market.database.client.listing.findUniqueOrThrow({ where: { id: listingId } });
  const kept = { title: row.title, priceMinor: row.priceMinor, stock: row.stock, stockSeen: row.stock };
  const listing = { ...defaultTerms, ...kept, ...terms, listingId, version: row.version };
  await market.database.inTransaction((tx) => updateListing(tx, { ...ofSeller(listingId), listing }));
}

beforeAll(async () => {
  market = await testMarket();
  seller = await market.citizen();
  buyer = await market.citizen({ ducatsMinor: 1_000_00n });
});

describe('a wishlist', () => {
  it('holds a listing once, and what was taken off is off', async () => {
    const { listingId } = await market.listing(seller);
    const wishes = as(buyer).wishlist;
    expect(await Promise.all([wishes.put({ listingId }), wishes.put({ listingId })])).toEqual([
      { isWished: true },
      { isWished: true },
    ]);
    expect(await wishes.among({ listingIds: [listingId] })).toEqual([listingId]);
    expect(await as(seller).wishlist.among({ listingIds: [listingId] })).toEqual([]);
    await wishes.remove({ listingId });
    await wishes.remove({ listingId });
    expect(await wishes.count()).toBe(0);
  });

  it('refuses what is not on sale, what is one’s own, and one too many', async () => {
    const { listingId } = await market.listing(seller);
    expect(await code(as(seller).wishlist.put({ listingId }))).toBe('own_wish');
    await pause(listingId);
    expect(await code(as(buyer).wishlist.put({ listingId }))).toBe('listing_not_found');
    expect(await code(as(buyer).wishlist.put({ listingId: systemIds.uuid() }))).toBe('listing_not_found');
    const full = await market.citizen();
    await market.database.client.$executeRaw`
      WITH copies AS (
        INSERT INTO listing (id, seller_id, key, input_hash, title, description, category_slug, kind, tags, attributes,
                             options, price_minor, stock, state, version, created_at, updated_at)
        SELECT gen_random_uuid(), seller_id, gen_random_uuid(), input_hash, title, description, category_slug, kind, tags,
               attributes, options, price_minor, stock, state, version, created_at, updated_at
          FROM listing, generate_series(1, ${wishesMax}) WHERE id = ${listingId}::uuid RETURNING id
      )
      INSERT INTO wishlist_item SELECT ${full.citizenId}::uuid, id, now(), 'A copy', 1, true, 1, true FROM copies`;
    const another = await market.listing(seller);
    expect(await code(as(full).wishlist.put({ listingId: another.listingId }))).toBe('wishlist_full');
  });

  it('says what changed since, and shows of what left the market only what was seen', async () => {
    const { listingId } = await market.listing(seller, { title: 'Mirror of Murano', priceMinor: 20_00n, stock: 1 });
    await as(buyer).wishlist.put({ listingId });
    await change(listingId, { priceMinor: 15_00n });
    const [wish] = (await as(buyer).wishlist.list({})).items;
    expect(wish).toMatchObject({ priceThenMinor: 20_00n, isAvailable: true, wasAvailable: true });
    expect(wish?.listing.priceMinor).toBe(15_00n);
    await pause(listingId);
    await change(listingId, { title: 'Not for strangers', priceMinor: 5_00n });
    const [gone] = (await as(buyer).wishlist.list({})).items;
    expect(gone).toMatchObject({ isAvailable: false, listing: { title: 'Mirror of Murano', state: 'paused' } });
    expect(gone?.listing.priceMinor).toBe(20_00n);
  });
});

describe('whoever wishes for a listing', () => {
  it('is told of each lower price once, and never of one they know', async () => {
    const { listingId } = await market.listing(seller, { priceMinor: 20_00n });
    await as(buyer).wishlist.put({ listingId });
    for (const priceMinor of [25_00n, 18_00n, 30_00n, 18_00n]) {
      await change(listingId, { priceMinor });
      await tell(listingId);
      await tell(listingId);
    }
    expect(await toldOf('wish_cheaper', listingId)).toBe(1);
    await change(listingId, { priceMinor: 17_99n });
    await Promise.all([tell(listingId), tell(listingId)]);
    expect(await toldOf('wish_cheaper', listingId)).toBe(2);
  });

  it('hears of it by what happens on the market', async () => {
    const { listingId } = await market.listing(seller, { priceMinor: 20_00n, stock: 9 });
    await as(buyer).wishlist.put({ listingId });
    await change(listingId, { priceMinor: 12_00n });
    await market.buy(buyer, { listingId, listingVersion: 2, quantity: 7 });
    const told = (kind: string, citizenId: string) =>
      market.database.client.notification.count({ where: { citizenId, kind } });
    await vi.waitFor(
      async () => {
        await followShelves(tools());
        expect(await toldOf('wish_cheaper', listingId)).toBe(1);
        expect(await told('stock_low', seller.citizenId)).toBe(1);
      },
      { timeout: 20_000 },
    );
  });

  it.each([
    ['whom they muted', 'mute'],
    ['who blocked them', 'block'],
  ] as const)('hears nothing of a seller %s, neither of a price nor of a sale', async (_whom, kind) => {
    const { clock } = market;
    const shop = await market.citizen();
    const { listingId } = await market.listing(shop, { priceMinor: 20_00n });
    await as(buyer).wishlist.put({ listingId });
    const [by, citizenId] = kind === 'mute' ? [buyer.citizenId, shop.citizenId] : [shop.citizenId, buyer.citizenId];
    await market.database.inTransaction((tx) => setBlock(tx, { by, citizenId, kind, isOn: true, clock }));
    await market.database.client.listing.update({ where: { id: listingId }, data: { priceMinor: 10_00n } });
    await tell(listingId);
    await runSale(market, shop, { percentBps: 5_000 });
    await tellOfSales(tools());
    expect([await toldOf('wish_cheaper', listingId), await toldOf('wish_on_sale', listingId)]).toEqual([0, 0]);
  });

  it('is told that it is back at most once a day, and of a price only once it can be bought', async () => {
    const { listingId } = await market.listing(seller, { priceMinor: 20_00n, stock: 1 });
    await as(buyer).wishlist.put({ listingId });
    await change(listingId, { stock: 0 });
    await tell(listingId);
    for (let turn = 0; turn < 3; turn += 1) {
      await change(listingId, { stock: 2 });
      await tell(listingId);
      await pause(listingId);
      await tell(listingId);
      await republish(listingId);
      await tell(listingId);
      await change(listingId, { stock: 0 });
      await tell(listingId);
    }
    expect(await toldOf('wish_back', listingId)).toBe(1);
    await change(listingId, { priceMinor: 10_00n });
    await tell(listingId);
    expect(await toldOf('wish_cheaper', listingId)).toBe(0);
    market.clock.advance(86_400_000);
    await change(listingId, { stock: 5 });
    await tell(listingId);
    expect([await toldOf('wish_cheaper', listingId), await toldOf('wish_back', listingId)]).toEqual([1, 1]);
  });
});

describe('whoever wishes for a listing in a sale', () => {
  const wished = async (terms: object = {}) => {
    const { listingId } = await market.listing(seller, { priceMinor: 20_00n, ...terms });
    await as(buyer).wishlist.put({ listingId });
    return listingId;
  };
  const soon = (ms: number) => new Date(market.clock.now().getTime() + ms);

  it('is told of each sale once, when it has begun, at the price that it makes', async () => {
    const listingId = await wished();
    const other = await market.citizen();
    await as(other).wishlist.put({ listingId });
    const window = { startsAt: soon(60_000), endsAt: soon(600_000) };
    await runSale(market, seller, { listingIds: [listingId], percentBps: 1_255, ...window });
    await tellOfSales(tools());
    expect(await toldOf('wish_on_sale', listingId)).toBe(0);
    market.clock.advance(60_000);
    await Promise.all([tellOfSales(tools()), tellOfSales(tools())]);
    await tellOfSales(tools());
    expect(await toldOf('wish_on_sale', listingId)).toBe(1);
    for (const { citizenId } of [buyer, other]) {
      const where = { citizenId, kind: 'wish_on_sale', details: { path: ['listing'], equals: listingId } };
      const [row] = await market.database.client.notification.findMany({ where });
      expect(row?.details).toMatchObject({ title: defaultTerms.title, amount: '17.49' });
    }
    await runSale(market, seller, { listingIds: [listingId], percentBps: 3_000 });
    await tellOfSales(tools());
    expect(await toldOf('wish_on_sale', listingId)).toBe(2);
  });

  it('hears nothing of one that they saw, that takes less off, that sold out, or that only hides a rise', async () => {
    const [soldOut, dearer, covered] = [await wished({ stock: 1 }), await wished(), await wished()];
    await change(soldOut, { stock: 0 });
    await change(dearer, { priceMinor: 30_00n });
    const { listingId: seen } = await market.listing(seller, { priceMinor: 20_00n });
    await runSale(market, seller, { listingIds: [soldOut, dearer, seen] });
    await as(buyer).wishlist.put({ listingId: seen });
    await runSale(market, seller, { listingIds: [covered], percentBps: 4_000 });
    await tellOfSales(tools());
    await runSale(market, seller, { listingIds: [covered], percentBps: 1_000 });
    await tellOfSales(tools());
    const told = await Promise.all([soldOut, dearer, seen, covered].map((id) => toldOf('wish_on_sale', id)));
    expect(told).toEqual([0, 0, 0, 1]);
  });
});

describe('what a citizen looked at', () => {
  it('is theirs alone, the last fifty, each once, without their own, and can be forgotten', async () => {
    const reader = await market.citizen();
    const viewed = as(reader).viewed;
    const { listingId: first } = await market.listing(seller);
    await viewed.remember({ listingId: first });
    const others = await market.database.client.$queryRaw<{ id: string }[]>`
      SELECT id FROM listing WHERE state = 'published' AND id <> ${first}::uuid LIMIT 4`;
    for (const { id } of others) {
      market.clock.advance(1_000);
      await viewed.remember({ listingId: id });
    }
    market.clock.advance(1_000);
    await viewed.remember({ listingId: first });
    const seen = await viewed.recent({ limit: viewedMax });
    expect(seen.map(({ id }) => id)).toEqual([first, ...others.map(({ id }) => id).reverse()]);
    expect(await as(buyer).viewed.recent({ limit: viewedMax })).toEqual([]);
    await as(seller).viewed.remember({ listingId: first });
    expect(await as(seller).viewed.recent({ limit: viewedMax })).toEqual([]);
    await viewed.forget();
    expect(await viewed.recent({ limit: viewedMax })).toEqual([]);
  });

  it('is fifty listings at most', async () => {
    const reader = await market.citizen();
    await market.database.client.$executeRaw`
      INSERT INTO viewed_listing SELECT ${reader.citizenId}::uuid, id, now() - interval '1 day' FROM listing LIMIT 60`;
    const { listingId } = await market.listing(seller);
    await as(reader).viewed.remember({ listingId });
    expect(await market.database.client.viewedListing.count({ where: { citizenId: reader.citizenId } })).toBe(
      viewedMax,
    );
    expect((await as(reader).viewed.recent({ limit: 1 }))[0]?.id).toBe(listingId);
  });

  it('and what they wish for is in their download and leaves with the account', async () => {
    const reader = await market.citizen();
    const { listingId } = await market.listing(seller);
    await as(reader).viewed.remember({ listingId });
    await as(reader).wishlist.put({ listingId });
    const input = { citizenId: reader.citizenId, clock: market.clock, sealing: testSealing };
    for (const part of marketData.parts.filter(({ name }) => name === 'wishlist' || name === 'viewed')) {
      const rows: object[] = [];
      for await (const row of part.rows(market.database.client, input)) rows.push(row);
      expect(rows).toMatchObject([{ listingId }]);
    }
    await market.database.inTransaction((tx) => marketClosing.withdraw(tx, tools(), reader.citizenId));
    const where = { citizenId: reader.citizenId };
    expect(await market.database.client.wishlistItem.count({ where })).toBe(0);
    expect(await market.database.client.viewedListing.count({ where })).toBe(0);
  });
});

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { listingById } from '#server/market/catalogue/listing-queries.ts';
import { updateListing } from '#server/market/catalogue/listings.ts';
import { setAcceptsItself } from '#server/market/orders/order-settings.ts';
import { placePurchase } from '#server/market/orders/purchases.ts';
import { systemIds } from '#server/platform/ids.ts';
import { defaultTerms, testMarket, testSecret, type TestCitizen, type TestMarket } from '#server/testing/market.ts';

let market: TestMarket;
let buyer: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  buyer = await market.citizen({ ducatsMinor: 100_000_00n });
});

async function sellerWho(acceptsItself: boolean): Promise<TestCitizen> {
  const seller = await market.citizen();
  const setting = { sellerId: seller.citizenId, acceptsItself, clock: market.clock };
  await market.database.inTransaction((tx) => setAcceptsItself(tx, setting));
  return seller;
}

/** The state of one order of these listings. */
async function stateOfOrder(listingIds: readonly string[]): Promise<string> {
  const lines = listingIds.map((listingId) => ({ listingId, listingVersion: 1, variantId: null, quantity: 1 }));
  const tools = { clock: market.clock, ids: systemIds, secret: testSecret };
  const { orders } = await market.database.inTransaction((tx) =>
    placePurchase(tx, { ...tools, buyerId: buyer.citizenId, lines, key: randomUUID() }),
  );
  expect(orders).toHaveLength(1);
  const id = orders[0]?.orderId ?? '';
  return (await market.database.client.marketOrder.findUniqueOrThrow({ where: { id } })).state;
}

describe('an order', () => {
  it.each<[boolean, (boolean | null)[], string]>([
    [true, [null], 'accepted'],
    [false, [null], 'purchased'],
    [true, [false], 'purchased'],
    [false, [true], 'accepted'],
    [false, [true, true], 'accepted'],
    [true, [true, null], 'accepted'],
    [true, [true, false], 'purchased'],
    [false, [true, null], 'purchased'],
  ])('of a seller who says %s with listings that say %j is %s', async (setting, listings, state) => {
    const seller = await sellerWho(setting);
    const ids: string[] = [];
    for (const acceptsItself of listings) ids.push((await market.listing(seller, { acceptsItself })).listingId);
    expect(await stateOfOrder(ids)).toBe(state);
  });
});

describe('how a listing’s orders are accepted', () => {
  it('is changed without another version, is left alone by who does not say it, and is seen by its seller alone', async () => {
    const seller = await sellerWho(true);
    const { listingId } = await market.listing(seller);
    const save = (changed: { acceptsItself?: boolean | null }) => {
      const listing = { ...defaultTerms, ...changed, listingId, version: 1, stockSeen: defaultTerms.stock };
      const input = { sellerId: seller.citizenId, listing, clock: market.clock, ids: systemIds };
      return market.database.inTransaction((tx) => updateListing(tx, input));
    };
    const seenBy = async (visitorId: string | null) =>
      (await listingById(market.database.client, { listingId, visitorId })).acceptsItself;
    expect(await save({ acceptsItself: false })).toMatchObject({ version: 1 });
    expect(await save({})).toMatchObject({ version: 1 });
    expect(await seenBy(seller.citizenId)).toBe(false);
    expect(await seenBy(buyer.citizenId)).toBeNull();
    expect(await stateOfOrder([listingId])).toBe('purchased');
    await save({ acceptsItself: null });
    expect(await seenBy(seller.citizenId)).toBeNull();
    expect(await stateOfOrder([listingId])).toBe('accepted');
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { updateListing } from '#server/market/catalogue/listings.ts';
import type { UpdateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { agreementsOn, offerForParty } from '#server/market/offers/offer-queries.ts';
import { systemIds } from '#server/platform/ids.ts';
import { defaultTerms, testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testOffers, type TestOffers } from '#server/testing/offers.ts';
import { digitalTerms } from '#server/testing/order-walks.ts';

let market: TestMarket;
let offers: TestOffers;

beforeAll(async () => {
  market = await testMarket();
  offers = testOffers(market);
});

interface Agreed {
  seller: TestCitizen;
  buyer: TestCitizen;
  listingId: string;
  offerId: string;
}

/** Twenty ducats, agreed on for something that asks 34. */
async function agreed(terms: Parameters<TestMarket['listing']>[1] = {}): Promise<Agreed> {
  const [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 500_00n })];
  const { listingId } = await market.listing(seller, terms);
  const { offerId } = await offers.make(buyer, { listingId });
  await offers.take(seller, { offerId, action: 'accept' });
  return { seller, buyer, listingId, offerId };
}

async function edit({ seller, listingId }: Agreed, change: Partial<UpdateListingInput>): Promise<void> {
  const row = await market.database.client.listing.findUniqueOrThrow({ where: { id: listingId } });
  const { version, stock: stockSeen } = row;
  const listing = { ...defaultTerms, listingId, version, stock: stockSeen, stockSeen, ...change };
  const tools = { clock: market.clock, ids: systemIds };
  await market.database.inTransaction((tx) => updateListing(tx, { ...tools, sellerId: seller.citizenId, listing }));
}

const seen = ({ offerId }: Agreed, { citizenId }: TestCitizen) =>
  offerForParty(market.database.client, { offerId, citizenId, now: market.clock.now() });
const buy = ({ buyer, listingId, offerId }: Agreed, listingVersion: number) =>
  market.buy(buyer, { listingId, offerId, listingVersion });

describe('an agreed price, when the listing is changed', () => {
  it('holds for the listing as it reads now, once its buyer names the version that they looked at', async () => {
    const scene = await agreed();
    await edit(scene, { priceMinor: 40_00n, title: 'Goblet with a lid', description: 'With a lid.' });
    for (const reader of [scene.buyer, scene.seller])
      expect((await seen(scene, reader)).listing).toMatchObject({
        ...{ version: 2, problem: null, changes: ['price', 'title', 'description'], askedMinor: 40_00n },
      });
    await expect(buy(scene, 1)).rejects.toMatchObject({ code: 'listing_changed' });
    const { orderId, totalMinor } = await buy(scene, 2);
    expect(totalMinor).toBe(20_00n);
    const line = await market.database.client.orderLine.findFirstOrThrow({
      where: { orderId },
      select: { listingVersion: true, description: true, offer: { select: { listingVersion: true } } },
    });
    expect(line).toEqual({ listingVersion: 2, description: 'With a lid.', offer: { listingVersion: 1 } });
  });

  it('is bought for no version that its buyer has not seen, nor for one that never was', async () => {
    const scene = await agreed();
    await edit(scene, { description: 'Chipped.' });
    await edit(scene, { description: 'Broken.' });
    for (const version of [1, 2, 4])
      await expect(buy(scene, version)).rejects.toMatchObject({ code: 'listing_changed' });
    expect((await buy(scene, 3)).totalMinor).toBe(20_00n);
  });

  it('ends where it became something else: another kind, or other contents', async () => {
    const [goods, digital] = [await agreed(), await agreed({ ...digitalTerms, stock: null })];
    await edit(goods, { kind: 'service' });
    await edit(digital, { ...digitalTerms, content: { text: 'Another secret.', fileIds: [] } });
    for (const scene of [goods, digital]) {
      expect((await seen(scene, scene.buyer)).listing).toMatchObject({ problem: 'changed', changes: [] });
      await expect(buy(scene, 2)).rejects.toMatchObject({ code: 'listing_changed' });
    }
  });

  it('never makes anybody pay more than the listing asks by now', async () => {
    const scene = await agreed();
    await edit(scene, { priceMinor: 19_99n });
    expect((await seen(scene, scene.buyer)).listing).toMatchObject({ problem: 'cheaper' });
    await expect(buy(scene, 2)).rejects.toMatchObject({ code: 'offer_above_price' });
    await edit(scene, { priceMinor: 20_00n });
    expect((await buy(scene, 3)).totalMinor).toBe(20_00n);
  });

  it('is told to its seller before they change anything, and to nobody else', async () => {
    const { seller, buyer, listingId } = await agreed();
    const now = market.clock.now();
    const count = ({ citizenId }: TestCitizen, at = now) =>
      agreementsOn(market.database.client, { listingId, citizenId, now: at });
    expect([await count(seller), await count(buyer), await count(await market.citizen())]).toEqual([1, 0, 0]);
    expect(await count(seller, new Date(now.getTime() + 49 * 3_600_000))).toBe(0);
  });
});

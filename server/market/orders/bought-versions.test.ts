import { beforeAll, describe, expect, it } from 'vitest';
import { updateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { listingById } from '#server/market/catalogue/listing-queries.ts';
import { updateListing } from '#server/market/catalogue/listings.ts';
import { boughtVersion } from '#server/market/orders/bought-versions.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testMarket } from '#server/testing/market.ts';
import type { TestCitizen, TestMarket } from '#server/testing/market.ts';

let market: TestMarket;
let cast: { seller: TestCitizen; buyer: TestCitizen; stranger: TestCitizen; operator: TestCitizen; orderId: string };

beforeAll(async () => {
  market = await testMarket();
  const [seller, buyer, stranger, operator] = await Promise.all([
    market.citizen(),
    market.citizen({ ducatsMinor: 100_00n }),
    market.citizen(),
    market.citizen({ role: 'operator' }),
  ]);
  const { listingId } = await market.listing(seller, { title: 'As it was bought', tags: ['old'] });
  const { orderId } = await market.buy(buyer, { listingId, quantity: 2 });
  const seen = await listingById(market.database.client, { listingId, visitorId: seller.citizenId });
  const listing = updateListingInput.parse({
    ...{ ...seen, listingId, category: seen.categorySlug, stockSeen: seen.stock },
    ...{ title: 'As it is now', description: 'Quite another thing.', tags: ['new'] },
  });
  await market.database.inTransaction((tx) =>
    updateListing(tx, { sellerId: seller.citizenId, clock: market.clock, ids: systemIds, listing }),
  );
  cast = { seller, buyer, stranger, operator, orderId };
});

const see = (visitor: TestCitizen, line = 1) =>
  boughtVersion(market.database.client, { orderId: cast.orderId, line, visitor });

const notFound = { code: 'order_not_found' };

describe('the listing as an order keeps it', () => {
  it('says to both of the order what it said when it was bought, however it was changed since', async () => {
    const kept = {
      title: 'As it was bought',
      description: 'A wine goblet, blown thin on the Rio dei Vetrai.',
      tags: ['old'],
      version: 1,
      quantity: 2,
      category: 'glass',
      unitPriceMinor: 34_00n,
    };
    expect(await see(cast.buyer)).toMatchObject(kept);
    expect(await see(cast.seller)).toMatchObject(kept);
  });

  it('is not there for anybody else, nor for a line that the order does not have', async () => {
    await expect(see(cast.stranger)).rejects.toMatchObject(notFound);
    await expect(see(cast.buyer, 2)).rejects.toMatchObject(notFound);
  });

  it('is read by an operator only while they have the order to decide', async () => {
    await expect(see(cast.operator)).rejects.toMatchObject(notFound);
    await market.step({ orderId: cast.orderId, visitor: cast.buyer, action: 'dispute' });
    expect(await see(cast.operator)).toMatchObject({ title: 'As it was bought' });
  });
});

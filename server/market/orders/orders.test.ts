import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import { updateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { pauseListing, updateListing } from '#server/market/catalogue/listings.ts';
import { ordersBought } from '#server/market/orders/order-queries.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testMarket } from '#server/testing/market.ts';
import type { TestCitizen, TestMarket } from '#server/testing/market.ts';

let market: TestMarket;
let seller: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  seller = await market.citizen();
});

const stockOf = async (listingId: string) =>
  (await market.database.client.listing.findUniqueOrThrow({ where: { id: listingId }, select: { stock: true } })).stock;

const ordersOf = async (buyer: TestCitizen) =>
  (await ordersBought(market.database.client, { buyerId: buyer.citizenId, limit: 100 })).items;

/** What a refused purchase must have left exactly as it was. */
async function footprint(buyer: TestCitizen, listingId: string) {
  const outbox = await market.database.client.outboxEvent.count();
  const accounts = await market.database.client.ledgerAccount.count();
  return {
    outbox,
    accounts,
    stock: await stockOf(listingId),
    orders: (await ordersOf(buyer)).length,
    wallet: await market.balance(buyer.citizenId, 'wallet'),
  };
}

describe('a purchase', () => {
  it("moves exactly the price from the wallet into the order's escrow and takes the stock", async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller, { priceMinor: 12_34n, stock: 5 });
    const receipt = await market.buy(buyer, { listingId, quantity: 3 });
    expect(receipt).toMatchObject({ quantity: 3, totalMinor: 37_02n });
    expect(await market.balance(buyer.citizenId, 'wallet')).toBe(100_00n - 37_02n);
    expect(await market.balance(receipt.orderId, 'escrow')).toBe(37_02n);
    expect(await stockOf(listingId)).toBe(2);
    expect(await ordersOf(buyer)).toMatchObject([
      { id: receipt.orderId, state: 'accepted', totalMinor: 37_02n, feeMinor: 55n },
    ]);
  });

  it('keeps unlimited stock unlimited', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller, { priceMinor: 1n, stock: null });
    await market.buy(buyer, { listingId, quantity: 100 });
    expect(await stockOf(listingId)).toBeNull();
  });

  it('keeps the listing as it was bought, whatever the seller changes later', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller, { title: 'As it was', priceMinor: 10_00n, stock: 5 });
    const { orderId } = await market.buy(buyer, { listingId });
    await changePrice(listingId, 99_00n);
    const [order] = await ordersOf(buyer);
    expect(order).toMatchObject({ id: orderId, listingTitle: 'As it was', totalMinor: 10_00n });
  });

  it("cannot have its terms changed by the application's own database role", async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller);
    const { orderId } = await market.buy(buyer, { listingId });
    const { client } = market.database;
    await expect(client.marketOrder.update({ where: { id: orderId }, data: { feeMinor: 0n } })).rejects.toThrow();
    await expect(client.marketOrder.delete({ where: { id: orderId } })).rejects.toThrow();
    await expect(client.orderEvent.deleteMany({ where: { orderId } })).rejects.toThrow();
    await expect(client.orderEvent.updateMany({ where: { orderId }, data: { note: 'x' } })).rejects.toThrow();
  });
});

async function changePrice(listingId: string, priceMinor: bigint): Promise<void> {
  const row = await market.database.client.listing.findUniqueOrThrow({ where: { id: listingId } });
  await market.database.inTransaction((tx) =>
    updateListing(tx, {
      sellerId: seller.citizenId,
      clock: market.clock,
      ids: systemIds,
      listing: updateListingInput.parse({
        listingId,
        version: row.version,
        title: row.title,
        description: row.description,
        category: 'glass',
        priceMinor,
        stock: row.stock,
        stockSeen: row.stock,
      }),
    }),
  );
}

describe('a refused purchase leaves nothing behind', () => {
  async function expectRefusal(
    code: string,
    input: { buyer: TestCitizen; listingId: string; quantity?: number; listingVersion?: number },
  ): Promise<void> {
    const { buyer, ...order } = input;
    const before = await footprint(buyer, order.listingId);
    await expect(market.buy(buyer, order)).rejects.toMatchObject({ code });
    expect(await footprint(buyer, order.listingId)).toEqual(before);
  }

  it('insufficient_funds: one centesimo short', async () => {
    const buyer = await market.citizen({ ducatsMinor: 33_99n });
    const { listingId } = await market.listing(seller, { priceMinor: 34_00n });
    await expectRefusal('insufficient_funds', { buyer, listingId });
  });

  it('insufficient_funds: a citizen who never had a wallet', async () => {
    const buyer = await market.citizen();
    const { listingId } = await market.listing(seller);
    await expectRefusal('insufficient_funds', { buyer, listingId });
  });

  it('own_listing', async () => {
    const { listingId } = await market.listing(seller);
    await expectRefusal('own_listing', { buyer: seller, listingId });
  });

  it('sold_out', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller, { stock: 0 });
    await expectRefusal('sold_out', { buyer, listingId });
  });

  it('insufficient_stock', async () => {
    const buyer = await market.citizen({ ducatsMinor: 1_000_00n });
    const { listingId } = await market.listing(seller, { stock: 2 });
    await expectRefusal('insufficient_stock', { buyer, listingId, quantity: 3 });
  });

  it('listing_withdrawn meanwhile', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller);
    await market.database.inTransaction((tx) =>
      pauseListing(tx, { sellerId: seller.citizenId, listingId, clock: market.clock, ids: systemIds }),
    );
    await expectRefusal('listing_withdrawn', { buyer, listingId });
  });

  it('listing_changed: the price is not the one the buyer saw', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller, { priceMinor: 34_00n });
    await changePrice(listingId, 12_00n);
    await expectRefusal('listing_changed', { buyer, listingId });
  });

  it.each([0, -1, 101])('invalid_quantity: %i', async (quantity) => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller, { priceMinor: 1n, stock: null });
    await expectRefusal('invalid_quantity', { buyer, listingId, quantity });
  });

  it('listing_not_found', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    await expect(market.buy(buyer, { listingId: randomUUID() })).rejects.toMatchObject({
      kind: 'not_found',
      code: 'listing_not_found',
    });
  });
});

describe('the same key', () => {
  it('is one order and the same answer, one after the other', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId } = await market.listing(seller, { stock: 1 });
    const key = randomUUID();
    const first = await market.buy(buyer, { listingId, key });
    expect(await market.buy(buyer, { listingId, key })).toEqual(first);
    expect(await ordersOf(buyer)).toHaveLength(1);
    expect(await market.balance(buyer.citizenId, 'wallet')).toBe(66_00n);
  });

  it('is one order and the same answer, eight times at once', async () => {
    const buyer = await market.citizen({ ducatsMinor: 1_000_00n });
    const { listingId } = await market.listing(seller, { stock: 8 });
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => market.buy(buyer, { listingId, key })));
    expect(new Set(answers.map((answer) => answer.orderId)).size).toBe(1);
    expect(await ordersOf(buyer)).toHaveLength(1);
    expect(await stockOf(listingId)).toBe(7);
    expect(await market.balance(buyer.citizenId, 'wallet')).toBe(966_00n);
  });

  it('with other contents is refused and leaves nothing', async () => {
    const buyer = await market.citizen({ ducatsMinor: 1_000_00n });
    const { listingId } = await market.listing(seller, { stock: 8 });
    const key = randomUUID();
    await market.buy(buyer, { listingId, key });
    const again = market.buy(buyer, { listingId, key, quantity: 2 });
    await expect(again).rejects.toMatchObject({ kind: 'conflict', code: 'idempotency_key_reused' });
    expect(await stockOf(listingId)).toBe(7);
  });

  it('for two listings at once is one order; the other is refused and keeps its stock', async () => {
    const buyer = await market.citizen({ ducatsMinor: 1_000_00n });
    const listings = await Promise.all([market.listing(seller, { stock: 3 }), market.listing(seller, { stock: 3 })]);
    const key = randomUUID();
    const answers = await Promise.allSettled(listings.map(({ listingId }) => market.buy(buyer, { listingId, key })));
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    expect(answers.find((answer) => answer.status === 'rejected')).toMatchObject({
      reason: { code: 'idempotency_key_reused' },
    });
    const stocks = await Promise.all(listings.map(({ listingId }) => stockOf(listingId)));
    expect(stocks.sort()).toEqual([2, 3]);
  });

  it('belongs to its buyer: another buyer may use it too', async () => {
    const key = randomUUID();
    const { listingId } = await market.listing(seller);
    const buyers = await Promise.all([1, 2].map(() => market.citizen({ ducatsMinor: 100_00n })));
    const receipts = await Promise.all(buyers.map((buyer) => market.buy(buyer, { listingId, key })));
    expect(new Set(receipts.map((receipt) => receipt.orderId)).size).toBe(2);
  });
});

describe('under a race', () => {
  it('sixteen buyers and one last unit: exactly one order, fifteen are told it is sold out', async () => {
    const { listingId } = await market.listing(seller, { stock: 1 });
    const buyers = await Promise.all(Array.from({ length: 16 }, () => market.citizen({ ducatsMinor: 100_00n })));
    const answers = await Promise.allSettled(buyers.map((buyer) => market.buy(buyer, { listingId })));
    const refusals = answers.filter((answer) => answer.status === 'rejected');
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    for (const refusal of refusals) expect(refusal.reason).toMatchObject({ code: 'sold_out' });
    expect(await stockOf(listingId)).toBe(0);
    expect(await market.database.client.marketOrder.count({ where: { listingId } })).toBe(1);
    const wallets = await Promise.all(buyers.map((buyer) => market.balance(buyer.citizenId, 'wallet')));
    expect(wallets.filter((balance) => balance === 66_00n)).toHaveLength(1);
    expect(wallets.filter((balance) => balance === 100_00n)).toHaveLength(15);
  });

  it('one wallet in sixteen purchases at once: never below zero, never more orders than it pays for', async () => {
    const buyer = await market.citizen({ ducatsMinor: 5n * 34_00n + 33_99n });
    const listings = await Promise.all(Array.from({ length: 16 }, () => market.listing(seller, { stock: 1 })));
    const answers = await Promise.allSettled(listings.map(({ listingId }) => market.buy(buyer, { listingId })));
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(5);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'insufficient_funds' });
    }
    expect(await market.balance(buyer.citizenId, 'wallet')).toBe(33_99n);
  });

  it('leaves the books in order', async () => {
    expect(await checkLedger(market.database.client)).toMatchObject({ ok: true });
  });
});

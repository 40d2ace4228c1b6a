import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { updateListing } from '#server/market/catalogue/listings.ts';
import { buyingRouter, sellingRouter } from '#server/market/dashboards/dashboard-router.ts';
import { watchStock } from '#server/market/dashboards/stock-watch.ts';
import { turnIn } from '#server/market/dashboards/turns.ts';
import { processOf } from '#server/market/orders/process-rules.ts';
import { dayAt, veniceTimeZone } from '#server/platform/calendar-day.ts';
import { asRefusal } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { createCallerFactory, router } from '#server/platform/trpc.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testContext } from '#server/testing/context.ts';
import { defaultTerms, testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';

const makeCaller = createCallerFactory(router({ selling: sellingRouter, buying: buyingRouter }));

let market: TestMarket;
let buyer: TestCitizen;

const as = (citizen: TestCitizen) => makeCaller(testContext(market, testPrincipal(citizen)));
const tools = () => ({ clock: market.clock, ids: systemIds });

beforeAll(async () => {
  market = await testMarket();
  buyer = await market.citizen({ ducatsMinor: 100_000_00n });
});

describe('an open order', () => {
  it.each([
    ['purchased', 'seller', 'accept'],
    ['accepted', 'seller', 'deliver'],
    ['delivered', 'buyer', 'confirm'],
    ['disputed', 'both', 'agree'],
  ] as const)('that is %s waits for the %s to %s', (state, turn, step) => {
    expect(turnIn(processOf(2), state)).toEqual({ turn, step });
  });

  it('of the first process waits for an operator when it is disputed', () => {
    expect(turnIn(processOf(1), 'disputed')).toEqual({ turn: 'operator', step: null });
    expect(turnIn(processOf(1), 'paid')).toEqual({ turn: 'seller', step: 'deliver' });
  });

  it('is on the list of whoever must act, until when, and leaves it with the step', async () => {
    const seller = await market.citizen();
    const { listingId } = await market.listing(seller);
    const { orderId } = await market.buy(buyer, { listingId });
    const [due] = (await as(seller).selling.openOrders()).items;
    expect(due).toMatchObject({ id: orderId, turn: 'seller', step: 'deliver', deadline: { action: 'lapse' } });
    expect((await as(buyer).buying.openOrders()).items).toMatchObject([{ id: orderId, turn: 'seller', step: null }]);
    await market.step({ orderId, visitor: seller, action: 'deliver' });
    expect(await as(seller).selling.openOrders()).toMatchObject({ items: [], waiting: 0, total: 1 });
    expect(await as(buyer).buying.openOrders()).toMatchObject({ items: [{ step: 'confirm' }], waiting: 1, total: 1 });
    await market.step({ orderId, visitor: buyer, action: 'confirm' });
    expect(await as(buyer).buying.openOrders()).toEqual({ items: [], waiting: 0, total: 0 });
  });

  it('that is a gift is on both lists, and says for whom it is', async () => {
    const [seller, giver, friend] = [
      await market.citizen(),
      await market.citizen({ ducatsMinor: 100_00n }),
      await market.citizen(),
    ];
    const { listingId } = await market.listing(seller);
    const { username } = await market.database.client.citizen.findUniqueOrThrow({ where: { id: friend.citizenId } });
    const { orderId } = await market.buy(giver, { listingId, gift: { username, note: null } });
    for (const { items } of [await as(seller).selling.openOrders(), await as(giver).buying.openOrders()])
      expect(items).toMatchObject([{ id: orderId, recipient: { citizenId: friend.citizenId, username } }]);
  });
});

describe('the figures of a seller', () => {
  it('are theirs alone and leave out what went back', async () => {
    const [seller, other] = [await market.citizen(), await market.citizen()];
    const lamp = await market.listing(seller, { title: 'A lamp', priceMinor: 100_00n, stock: 50 });
    const bead = await market.listing(seller, { title: 'A bead', priceMinor: 1_00n, stock: 50 });
    await market.buy(buyer, { listingId: lamp.listingId });
    await market.buy(buyer, { listingId: bead.listingId, quantity: 9 });
    const { orderId: lost } = await market.buy(buyer, { listingId: lamp.listingId, quantity: 3 });
    await market.step({ orderId: lost, visitor: seller, action: 'cancel' });
    const { orderId } = await market.buy(buyer, { listingId: lamp.listingId });
    await market.refundPart({ orderId, visitor: seller, amountMinor: 40_00n });
    const caller = as(seller).selling;
    const sales = await caller.sales({ days: 30 });
    expect(sales.days).toHaveLength(30);
    expect(sales.days.at(-1)).toEqual({
      day: dayAt(market.clock.now(), veniceTimeZone),
      amountMinor: 169_00n,
      orders: 3,
    });
    expect([sales.total, sales.before]).toEqual([
      { amountMinor: 169_00n, orders: 3 },
      { amountMinor: 0n, orders: 0 },
    ]);
    const best = await caller.best({ days: 90 });
    expect(best.byRevenue).toMatchObject([
      { title: 'A lamp', amountMinor: 160_00n, units: 2 },
      { title: 'A bead', amountMinor: 9_00n, units: 9 },
    ]);
    expect(best.byUnits.map(({ title }) => title)).toEqual(['A bead', 'A lamp']);
    // The fee of a participant is 1.5 %, of each order for itself, rounded down.
    expect(await caller.escrow()).toEqual({ netMinor: 98_50n + 8_87n + 59_10n, orders: 3 });
    expect((await as(other).selling.sales({ days: 365 })).total).toEqual({ amountMinor: 0n, orders: 0 });
    expect(await as(other).selling.best({ days: 30 })).toEqual({ byRevenue: [], byUnits: [] });
  });

  it('compare with as many days before', async () => {
    const seller = await market.citizen();
    const { listingId } = await market.listing(seller, { priceMinor: 10_00n });
    await market.buy(buyer, { listingId });
    const clock = movableClock(new Date(market.clock.now().getTime() + 40 * 86_400_000));
    const later = makeCaller({ ...testContext(market, testPrincipal(seller)), clock }).selling;
    const { total, before } = await later.sales({ days: 30 });
    expect([total.orders, before]).toEqual([0, { amountMinor: 10_00n, orders: 1 }]);
    expect((await later.sales({ days: 90 })).total.orders).toBe(1);
    expect([await later.best({ days: 30 }), (await later.best({ days: 90 })).byUnits.length]).toEqual([
      { byRevenue: [], byUnits: [] },
      1,
    ]);
  });
});

describe('stock that runs out', () => {
  const told = (seller: TestCitizen) =>
    market.database.client.notification.count({ where: { citizenId: seller.citizenId, kind: 'stock_low' } });
  const look = (listingId: string) => market.database.inTransaction((tx) => watchStock(tx, tools(), [listingId]));

  async function restock(seller: TestCitizen, listingId: string, stock: number) {
    const row = await market.database.client.listing.findUniqueOrThrow({ where: { id: listingId } });
    const listing = { ...defaultTerms, listingId, version: row.version, stock, stockSeen: row.stock };
    const input = { ...tools(), sellerId: seller.citizenId, listing };
    await market.database.inTransaction((tx) => updateListing(tx, input));
  }

  it('is told once for each time it comes down to the threshold', async () => {
    const seller = await market.citizen();
    const { listingId } = await market.listing(seller, { stock: 5 });
    for (const [stock, toldByNow] of [
      [4, 0],
      [3, 1],
      [1, 1],
      [8, 1],
      [2, 2],
    ] as const) {
      await restock(seller, listingId, stock);
      await look(listingId);
      await look(listingId);
      expect(await told(seller), `with ${String(stock)} left`).toBe(toldByNow);
    }
  });

  it('is told of what was sold before anybody looked, and not of what was always scarce', async () => {
    const seller = await market.citizen();
    const many = await market.listing(seller, { stock: 5 });
    const one = await market.listing(seller, { stock: 1 });
    await market.buy(buyer, { listingId: many.listingId, quantity: 4 });
    await look(many.listingId);
    await look(one.listingId);
    await market.buy(buyer, { listingId: one.listingId });
    await look(one.listingId);
    expect(await told(seller)).toBe(1);
  });

  it('is told of a choice that sold out while there is enough of the others, once', async () => {
    const seller = await market.citizen();
    const variants = [
      { values: ['small'], priceMinor: 1_00n, stock: 40 },
      { values: ['large'], priceMinor: 2_00n, stock: 2 },
      { values: ['huge'], priceMinor: 3_00n, stock: 0 },
    ];
    const options = [{ name: 'Size', values: ['small', 'large', 'huge'] }];
    const { listingId } = await market.listing(seller, { options, variants });
    await look(listingId);
    const where = { listingId, values: { equals: ['large'] } };
    const { id: variantId } = await market.database.client.listingVariant.findFirstOrThrow({ where });
    await market.buy(buyer, { listingId, variantId, quantity: 2 });
    await look(listingId);
    await look(listingId);
    const told = await market.database.client.notification.findMany({
      where: { citizenId: seller.citizenId, kind: 'stock_low' },
    });
    expect(told.map(({ details }) => details)).toEqual([
      { listing: listingId, title: 'Goblet of cristallo – large', count: 0 },
    ]);
  });

  it('is measured by the threshold that the seller names, and listed until there is more', async () => {
    const seller = await market.citizen();
    const { listingId } = await market.listing(seller, { stock: 10 });
    const caller = as(seller).selling;
    expect(await caller.lowStock()).toEqual({ items: [], total: 0 });
    await caller.setThreshold({ listingId, threshold: 20 });
    expect(await caller.lowStock()).toMatchObject({ items: [{ stock: 10, threshold: 20 }], total: 1 });
    await look(listingId);
    expect(await told(seller)).toBe(0);
    expect(await as(buyer).selling.lowStock()).toEqual({ items: [], total: 0 });
  });

  it('is nobody else’s to set', async () => {
    const { listingId } = await market.listing(await market.citizen());
    for (const id of [listingId, randomUUID()]) {
      const refusal = await as(buyer)
        .selling.setThreshold({ listingId: id, threshold: 1 })
        .catch((error: unknown) => asRefusal((error as { cause?: unknown }).cause)?.code);
      expect(refusal).toBe('listing_not_found');
    }
  });
});

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCaller } from '#server/api/root.ts';
import { marketClosing, marketData } from '#server/market/account.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testSealing } from '#server/testing/sealing.ts';
import { testContext } from '#server/testing/context.ts';
import { issueCoupon, runningWindow, runSale } from '#server/testing/discounts.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { openDiscountsMax } from './discount-schema.ts';

let market: TestMarket;

beforeAll(async () => {
  market = await testMarket();
});

const as = (citizen: TestCitizen) => createCaller(testContext(market, testPrincipal(citizen)));
const listed = async (seller: TestCitizen, terms: Parameters<TestMarket['listing']>[1] = {}) =>
  (await market.listing(seller, { priceMinor: 10_00n, ...terms })).listingId;
const refusedAs = (code: string) => ({ cause: { code } });

const sale = (terms: object = {}) => ({
  ...{ percentBps: 1_000, listingIds: null, key: randomUUID() },
  ...runningWindow(market),
  ...terms,
});
const coupon = (terms: object = {}) => ({
  ...{ code: 'SPEZIE', percentBps: 1_000, amountMinor: null, minimumMinor: 0n },
  ...{ usesMax: null, citizenUsesMax: null, key: randomUUID() },
  ...runningWindow(market),
  ...terms,
});

describe('a sale', () => {
  it('covers what was chosen, or everything, and the best of several is shown wherever the listing is', async () => {
    const seller = await market.citizen();
    const [chosen, other] = [await listed(seller, { title: 'Zecchinata lamp' }), await listed(seller)];
    await runSale(market, seller, { percentBps: 500 });
    const best = await runSale(market, seller, { percentBps: 3_000, listingIds: [chosen] });
    const { endsAt } = runningWindow(market);
    const shop = as(await market.citizen());
    const shown = { saleId: best, percentBps: 3_000, endsAt };
    expect((await shop.listings.byId({ listingId: chosen })).sale).toEqual(shown);
    expect((await shop.listings.byId({ listingId: other })).sale).toMatchObject({ percentBps: 500 });
    const { items } = await shop.listings.search({ text: 'zecchinata', limit: 10 });
    expect(items.map((card) => card.sale)).toEqual([shown]);
    await shop.wishlist.put({ listingId: chosen });
    await shop.viewed.remember({ listingId: chosen });
    const cards = [(await shop.wishlist.list({})).items[0]?.listing, ...(await shop.viewed.recent({ limit: 10 }))];
    expect(cards.map((card) => card?.sale)).toEqual([shown, shown]);
    const others = await listed(await market.citizen());
    expect((await shop.listings.byId({ listingId: others })).sale).toBeNull();
  });

  it('is planned, runs and ends, by itself or before its time, and says so to its seller', async () => {
    const seller = await market.citizen();
    const now = market.clock.now().getTime();
    await runSale(market, seller, { startsAt: new Date(now + 1_000) });
    const running = await runSale(market, seller);
    await runSale(market, seller, { endsAt: new Date(now + 1) });
    market.clock.advance(1);
    const states = async () => (await as(seller).discounts.sales({})).items.map(({ state }) => state).toSorted();
    expect(await states()).toEqual(['ended', 'planned', 'running']);
    await as(seller).discounts.endSale({ saleId: running });
    await as(seller).discounts.endSale({ saleId: running });
    expect(await states()).toEqual(['ended', 'ended', 'planned']);
    expect((await as(await market.citizen()).discounts.sales({})).items).toEqual([]);
  });

  it.each<[string, object]>([
    ['0 percent', { percentBps: 0 }],
    ['100 percent', { percentBps: 10_000 }],
    ['more than all of it', { percentBps: 12_000 }],
    ['less than nothing', { percentBps: -1 }],
    ['half a basis point', { percentBps: 0.5 }],
    ['a window that goes backwards', { startsAt: new Date('2031-01-02'), endsAt: new Date('2031-01-01') }],
    ['a window of no time', { startsAt: new Date('2031-01-01'), endsAt: new Date('2031-01-01') }],
    ['a window of more than a year', { endsAt: new Date('2099-01-01') }],
    ['no moment at all', { startsAt: new Date(Number.NaN) }],
    ['no listing', { listingIds: [] }],
    ['what is no id', { listingIds: ["' OR true --"] }],
    ['too many listings', { listingIds: Array.from({ length: 101 }, () => randomUUID()) }],
  ])('is refused with %s', async (_, terms) => {
    const seller = await market.citizen();
    await expect(as(seller).discounts.planSale(sale(terms))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('is refused for listings of others, after its end, and too far ahead', async () => {
    const [seller, other] = [await market.citizen(), await market.citizen()];
    const [own, foreign] = [await listed(seller), await listed(other)];
    const plan = (terms: object) => as(seller).discounts.planSale(sale(terms));
    const mixed = plan({ listingIds: [own, foreign] });
    await expect(mixed).rejects.toMatchObject(refusedAs('listing_not_found'));
    const unknown = plan({ listingIds: [randomUUID()] });
    await expect(unknown).rejects.toMatchObject(refusedAs('listing_not_found'));
    const over = plan({ startsAt: new Date('2020-01-01'), endsAt: new Date('2020-01-02') });
    await expect(over).rejects.toMatchObject(refusedAs('window_over'));
    const far = plan({ startsAt: new Date('2099-01-01'), endsAt: new Date('2099-01-02') });
    await expect(far).rejects.toMatchObject(refusedAs('window_too_far'));
    expect((await as(seller).discounts.sales({})).items).toEqual([]);
  });

  it('of one seller is one of at most fifty at once, also when they are made at once', async () => {
    const seller = await market.citizen();
    for (let made = 2; made < openDiscountsMax; made += 1) await runSale(market, seller);
    const last = await Promise.allSettled(Array.from({ length: 8 }, () => runSale(market, seller)));
    expect(last.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const each of last)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'discount_limit' });
  });

  it('with one key is made once; with other contents it is refused', async () => {
    const seller = await market.citizen();
    const wanted = sale();
    const answers = await Promise.all(Array.from({ length: 8 }, () => as(seller).discounts.planSale(wanted)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const other = as(seller).discounts.planSale({ ...wanted, percentBps: 999 });
    await expect(other).rejects.toMatchObject(refusedAs('idempotency_key_reused'));
  });
});

describe('a coupon', () => {
  it('is known by its code in any letters, to those who look at what its seller offers', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen()];
    const listingId = await listed(seller);
    await as(seller).discounts.makeCoupon(coupon({ code: ' Notte-Bianca ', minimumMinor: 5_00n }));
    expect(await as(buyer).discounts.findCoupon({ listingId, code: 'notte-bianca' })).toMatchObject({
      ...{ code: 'NOTTE-BIANCA', percentBps: 1_000, amountMinor: null, minimumMinor: 5_00n },
    });
    const other = await listed(await market.citizen());
    for (const [id, code] of [
      [other, 'NOTTE-BIANCA'],
      [listingId, 'NOBODYS'],
      [randomUUID(), 'NOTTE-BIANCA'],
    ] as const)
      await expect(as(buyer).discounts.findCoupon({ listingId: id, code })).rejects.toMatchObject({
        ...{ code: 'NOT_FOUND', message: 'This seller has no such coupon.' },
        ...refusedAs('coupon_not_found'),
      });
  });

  it.each<[string, object]>([
    ['two letters', { code: 'AB' }],
    ['31 letters', { code: 'A'.repeat(31) }],
    ['markup', { code: '<b>TEN</b>' }],
    ['a space within', { code: 'TEN OFF' }],
    ['a letter that is none of these', { code: 'SCÒNTO' }],
    ['0 percent', { percentBps: 0 }],
    ['all of it', { percentBps: 10_000 }],
    ['both a share and an amount', { amountMinor: 5_00n }],
    ['neither', { percentBps: null }],
    ['an amount of nothing', { percentBps: null, amountMinor: 0n }],
    ['less than nothing', { percentBps: null, amountMinor: -1n }],
    ['a negative minimum', { minimumMinor: -1n }],
    ['no use', { usesMax: 0 }],
    ['a window that goes backwards', { startsAt: new Date('2031-01-02'), endsAt: new Date('2031-01-01') }],
  ])('is refused with %s', async (_, terms) => {
    const seller = await market.citizen();
    await expect(as(seller).discounts.makeCoupon(coupon(terms))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('has a code that its seller never had before; another seller may have the same', async () => {
    const [seller, other] = [await market.citizen(), await market.citizen()];
    const { couponId } = await as(seller).discounts.makeCoupon(coupon());
    await as(other).discounts.makeCoupon(coupon());
    await as(seller).discounts.endCoupon({ couponId });
    const again = as(seller).discounts.makeCoupon(coupon({ code: 'spezie' }));
    await expect(again).rejects.toMatchObject(refusedAs('coupon_code_taken'));
    const foreign = as(other).discounts.endCoupon({ couponId });
    await expect(foreign).rejects.toMatchObject(refusedAs('coupon_not_found'));
    expect((await as(seller).discounts.coupons({})).items).toMatchObject([{ code: 'SPEZIE', state: 'ended', uses: 0 }]);
  });
});

describe('whoever leaves', () => {
  it('ends what they made cheaper, and is told of it before', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 100_00n })];
    const listingId = await listed(seller);
    await runSale(market, seller);
    await issueCoupon(market, seller, { code: 'ADDIO' });
    await market.buy(buyer, { listingId, couponCode: 'ADDIO' });
    const told = async ({ citizenId }: TestCitizen, name: string) => {
      const part = marketData.parts.find((each) => each.name === name);
      const rows: object[] = [];
      const input = { citizenId, sealing: testSealing, clock: market.clock };
      for await (const row of part?.rows(market.database.client, input) ?? []) rows.push(row);
      return rows;
    };
    expect(await told(seller, 'sales')).toMatchObject([{ percentBps: 2_000 }]);
    expect(await told(seller, 'coupons')).toMatchObject([{ code: 'ADDIO', uses: 1 }]);
    expect(await told(buyer, 'couponsUsed')).toMatchObject([{ code: 'ADDIO', amountMinor: 80n }]);
    const tools = { clock: market.clock, ids: systemIds };
    await market.database.inTransaction((tx) => marketClosing.withdraw(tx, tools, seller.citizenId));
    const { sales, coupons } = as(seller).discounts;
    expect([...(await sales({})).items, ...(await coupons({})).items].map(({ state }) => state)).toEqual([
      'ended',
      'ended',
    ]);
  });
});

describe('in a cart', () => {
  it('a coupon takes its part of the seller’s lines, is asked about again, and is used with the purchase', async () => {
    const [seller, other] = [await market.citizen(), await market.citizen()];
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const [first, second, third] = [await listed(seller), await listed(seller), await listed(other)];
    await runSale(market, seller, { listingIds: [second] });
    await issueCoupon(market, seller, { code: 'CESTO', amountMinor: 3_00n, minimumMinor: 18_00n, usesMax: 1 });
    const { cart } = as(buyer);
    for (const listingId of [first, second, third]) await cart.add({ listingId, variantId: null, quantity: 1 });
    const [sellerId, otherId] = [seller.citizenId, other.citizenId];
    const foreign = cart.applyCoupon({ sellerId: otherId, code: 'CESTO' });
    await expect(foreign).rejects.toMatchObject(refusedAs('coupon_not_found'));
    await cart.applyCoupon({ sellerId, code: 'cesto' });
    const view = await cart.get();
    expect(view).toMatchObject({
      ...{ totalMinor: 25_00n, problems: 0 },
      groups: [
        { subtotalMinor: 18_00n, totalMinor: 15_00n, coupon: { code: 'CESTO', offMinor: 3_00n, problem: null } },
        { subtotalMinor: 10_00n, totalMinor: 10_00n, coupon: null },
      ],
    });
    expect(view.groups[0]?.items[1]).toMatchObject({ listUnitPriceMinor: 10_00n, unitPriceMinor: 8_00n });
    const { orders } = await cart.checkOut({ totalMinor: 25_00n, key: randomUUID() });
    expect(orders.map(({ totalMinor }) => totalMinor)).toEqual([15_00n, 10_00n]);
    const lines = await market.database.client.orderLine.findMany({
      where: { orderId: orders[0]?.orderId ?? '' },
      orderBy: { line: 'asc' },
    });
    expect(lines.map(({ couponMinor, totalMinor }) => [couponMinor, totalMinor])).toEqual([
      [1_67n, 8_33n],
      [1_33n, 6_67n],
    ]);
    expect(await cart.get()).toMatchObject({ groups: [] });
  });

  it('a coupon that no longer holds stands in the way until it is taken out', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 100_00n })];
    const listingId = await listed(seller);
    const couponId = await issueCoupon(market, seller, { code: 'ENDS', minimumMinor: 20_00n });
    const { cart } = as(buyer);
    const { itemId } = await cart.add({ listingId, variantId: null, quantity: 2 });
    const sellerId = seller.citizenId;
    await cart.applyCoupon({ sellerId, code: 'ENDS' });
    const problem = async () => (await cart.get()).groups[0]?.coupon?.problem;
    await cart.setQuantity({ itemId, quantity: 1 });
    expect(await problem()).toBe('coupon_minimum');
    await cart.setQuantity({ itemId, quantity: 3 });
    expect(await problem()).toBeNull();
    await as(seller).discounts.endCoupon({ couponId });
    expect(await problem()).toBe('coupon_over');
    const pay = (totalMinor: bigint) => cart.checkOut({ totalMinor, key: randomUUID() });
    await expect(pay(30_00n)).rejects.toMatchObject(refusedAs('cart_has_problems'));
    await cart.removeCoupon({ sellerId });
    await cart.removeCoupon({ sellerId });
    await pay(30_00n);
  });

  it('a sale that ends is a changed price to agree to; what more of it takes off is none', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 100_00n })];
    const listingId = await listed(seller, { quantitySteps: [{ fromQuantity: 3, percentBps: 3_000 }] });
    const saleId = await runSale(market, seller);
    const { cart } = as(buyer);
    const { itemId } = await cart.add({ listingId, variantId: null, quantity: 1 });
    expect(await cart.get()).toMatchObject({ totalMinor: 8_00n, problems: 0 });
    await cart.setQuantity({ itemId, quantity: 3 });
    expect(await cart.get()).toMatchObject({ totalMinor: 21_00n, problems: 0 });
    await cart.setQuantity({ itemId, quantity: 2 });
    await as(seller).discounts.endSale({ saleId });
    const after = await cart.get();
    expect(after.groups[0]?.items[0]?.problem).toEqual({ code: 'price_changed', remedy: 'accept' });
    const unseen = cart.checkOut({ totalMinor: 16_00n, key: randomUUID() });
    await expect(unseen).rejects.toMatchObject(refusedAs('cart_has_problems'));
    await cart.accept({ itemId });
    const { totalMinor } = await cart.checkOut({ totalMinor: 20_00n, key: randomUUID() });
    expect(totalMinor).toBe(20_00n);
  });
});

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import { orderForParty } from '#server/market/orders/order-queries.ts';
import { systemIds } from '#server/platform/ids.ts';
import { asSuperuser } from '#server/testing/database.ts';
import { issueCoupon, runSale } from '#server/testing/discounts.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { endSale } from './sales.ts';

let market: TestMarket;
let seller: TestCitizen;

beforeAll(async () => {
  market = await testMarket();
  seller = await market.citizen();
});

const rich = () => market.citizen({ ducatsMinor: 1_000_00n });
const listed = async (terms: Parameters<TestMarket['listing']>[1] = {}, by = seller) =>
  (await market.listing(by, { priceMinor: 10_00n, stock: 50, ...terms })).listingId;
const wallet = (citizen: TestCitizen) => market.balance(citizen.citizenId, 'wallet');
const usesOf = async (id: string) => (await market.database.client.coupon.findUniqueOrThrow({ where: { id } })).uses;

async function lineOf(orderId: string, visitor: TestCitizen) {
  const order = await orderForParty(market.database.client, { orderId, visitor });
  return { order, line: order.lines[0] };
}

describe('what is bought for less', () => {
  it('says on the line what it would have cost, why it cost less, and that the seller bears it', async () => {
    const [owner, buyer] = [await market.citizen(), await rich()];
    const listingId = await listed({ priceMinor: 10_05n }, owner);
    const saleId = await runSale(market, owner);
    await issueCoupon(market, owner, { code: 'CARNEVALE' });
    const { orderId, totalMinor } = await market.buy(buyer, {
      ...{ listingId, quantity: 3, couponCode: 'CARNEVALE', totalMinor: 21_71n },
    });
    // 10.05 less 2.01 is 8.04, three are 24.12, less 2.41 are 21.71.
    expect(totalMinor).toBe(21_71n);
    const { order, line } = await lineOf(orderId, owner);
    expect(line).toMatchObject({
      ...{ listUnitPriceMinor: 10_05n, unitPriceMinor: 8_04n, totalMinor: 21_71n, fundedBy: 'seller' },
      discount: { kind: 'sale', id: saleId, percentBps: 2_000, minor: 6_03n },
      coupon: { code: 'CARNEVALE', minor: 2_41n },
    });
    // The fee of 1.5 % is of what was paid.
    expect(order).toMatchObject({ totalMinor: 21_71n, feeMinor: 32n });
    expect(await wallet(buyer)).toBe(978_29n);
    expect(await market.balance(orderId, 'escrow')).toBe(21_71n);
  });

  it('takes the step of its quantity, and remembers it', async () => {
    const buyer = await rich();
    const listingId = await listed({ quantitySteps: [{ fromQuantity: 10, percentBps: 1_000 }] });
    const few = await market.buy(buyer, { listingId, quantity: 9, totalMinor: 90_00n });
    const many = await market.buy(buyer, { listingId, quantity: 10, totalMinor: 90_00n });
    expect((await lineOf(few.orderId, buyer)).line).toMatchObject({ discount: null, fundedBy: null });
    expect((await lineOf(many.orderId, buyer)).line?.discount).toEqual({
      ...{ kind: 'quantity', id: null, percentBps: 1_000, minor: 10_00n },
    });
  });

  it('is given back as it was paid, in parts and whole', async () => {
    const [owner, buyer] = [await market.citizen(), await rich()];
    const listingId = await listed({}, owner);
    await issueCoupon(market, owner, { code: 'HALF', percentBps: 5_000 });
    const { orderId } = await market.buy(buyer, { listingId, quantity: 2, couponCode: 'HALF' });
    const over = market.refundPart({ orderId, visitor: owner, amountMinor: 10_01n });
    await expect(over).rejects.toMatchObject({ code: 'amount_exceeds_order' });
    await market.refundPart({ orderId, visitor: owner, amountMinor: 4_00n });
    expect(await wallet(buyer)).toBe(994_00n);
    await market.step({ orderId, visitor: owner, action: 'cancel' });
    expect([await wallet(buyer), await market.balance(orderId, 'escrow')]).toEqual([1_000_00n, 0n]);
  });

  it('is the database’s own sum: no row says otherwise', async () => {
    const [owner, buyer] = [await market.citizen(), await rich()];
    const listingId = await listed({}, owner);
    await runSale(market, owner);
    const { orderId } = await market.buy(buyer, { listingId });
    for (const change of ['discount_minor = 1', 'coupon_minor = 1', `funded_by = NULL`, 'discount_id = NULL'])
      await expect(
        asSuperuser(market.database, `UPDATE order_line SET ${change} WHERE order_id = '${orderId}'`),
      ).rejects.toThrow('violates check constraint');
  });
});

describe('the price that was shown', () => {
  it('is the price that is paid, or nothing is: a sale that ended or began meanwhile is a changed price', async () => {
    const [owner, buyer] = [await market.citizen(), await rich()];
    const listingId = await listed({}, owner);
    const saleId = await runSale(market, owner);
    await market.buy(buyer, { listingId, totalMinor: 8_00n });
    const tools = { clock: market.clock, ids: systemIds, sellerId: owner.citizenId };
    await market.database.inTransaction((tx) => endSale(tx, { ...tools, saleId }));
    const refused = { code: 'price_changed' };
    await expect(market.buy(buyer, { listingId, totalMinor: 8_00n })).rejects.toMatchObject(refused);
    await runSale(market, owner);
    await expect(market.buy(buyer, { listingId, totalMinor: 10_00n })).rejects.toMatchObject(refused);
    expect(await wallet(buyer)).toBe(992_00n);
    expect(await market.database.client.marketOrder.count({ where: { buyerId: buyer.citizenId } })).toBe(1);
  });

  it('is decided by the clock at the moment of the purchase, to the last millisecond', async () => {
    const [owner, buyer] = [await market.citizen(), await rich()];
    const listingId = await listed({}, owner);
    const now = market.clock.now().getTime();
    await runSale(market, owner, { startsAt: new Date(now + 1_000), endsAt: new Date(now + 2_000) });
    const paid = async () => (await market.buy(buyer, { listingId })).totalMinor;
    expect(await paid()).toBe(10_00n);
    market.clock.advance(1_000);
    expect(await paid()).toBe(8_00n);
    market.clock.advance(999);
    expect(await paid()).toBe(8_00n);
    market.clock.advance(1);
    expect(await paid()).toBe(10_00n);
  });

  it('is asked for again with the same key after the sale: the same order, the same price', async () => {
    const [owner, buyer] = [await market.citizen(), await rich()];
    const listingId = await listed({}, owner);
    await runSale(market, owner);
    await issueCoupon(market, owner, { code: 'ONCE', usesMax: 1 });
    const order = { listingId, key: randomUUID(), couponCode: 'ONCE', totalMinor: 7_20n };
    const first = await market.buy(buyer, order);
    const before = market.clock.now();
    market.clock.advance(2 * 86_400_000);
    expect(await market.buy(buyer, order)).toEqual(first);
    market.clock.set(before);
    const { couponCode: _code, ...without } = order;
    await expect(market.buy(buyer, without)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });
});

describe('a coupon', () => {
  it('with one use left, wanted by sixteen buyers of different things at once, serves exactly one', async () => {
    const owner = await market.citizen();
    const buyers = await Promise.all(Array.from({ length: 16 }, rich));
    const listings = await Promise.all(buyers.map(() => listed({}, owner)));
    const couponId = await issueCoupon(market, owner, { code: 'LAST', usesMax: 1 });
    const answers = await Promise.allSettled(
      buyers.map((buyer, index) =>
        market.buy(buyer, { listingId: listings[index] ?? '', couponCode: 'LAST', totalMinor: 9_00n }),
      ),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'coupon_used_up' });
    const spent = await Promise.all(buyers.map(async (buyer) => 1_000_00n - (await wallet(buyer))));
    expect(spent.toSorted().filter((minor) => minor > 0n)).toEqual([9_00n]);
    expect(await usesOf(couponId)).toBe(1);
  });

  it.each(['cancel', 'decline'] as const)(
    'comes back when the order is ended by %s, and can be used again',
    async (action) => {
      const [owner, buyer, other] = [await market.citizen(), await rich(), await rich()];
      const { client } = market.database;
      await client.orderSetting.create({
        data: { sellerId: owner.citizenId, acceptsItself: action === 'cancel', updatedAt: market.clock.now() },
      });
      const listingId = await listed({}, owner);
      const couponId = await issueCoupon(market, owner, { code: 'BACK', usesMax: 1, citizenUsesMax: 1 });
      const { orderId } = await market.buy(buyer, { listingId, couponCode: 'BACK' });
      const again = market.buy(other, { listingId, couponCode: 'BACK' });
      await expect(again).rejects.toMatchObject({ code: 'coupon_used_up' });
      await market.step({ orderId, visitor: owner, action });
      await market.step({ orderId, visitor: owner, action });
      expect([await usesOf(couponId), await wallet(buyer)]).toEqual([0, 1_000_00n]);
      await market.buy(buyer, { listingId, couponCode: 'BACK' });
      expect(await usesOf(couponId)).toBe(1);
    },
  );

  it('stays used where only a part of the money goes back', async () => {
    const [owner, buyer] = [await market.citizen(), await rich()];
    const listingId = await listed({}, owner);
    const couponId = await issueCoupon(market, owner, { code: 'KEPT', citizenUsesMax: 1 });
    const { orderId } = await market.buy(buyer, { listingId, couponCode: 'KEPT' });
    await market.refundPart({ orderId, visitor: owner, amountMinor: 1_00n });
    expect(await usesOf(couponId)).toBe(1);
    const again = market.buy(buyer, { listingId, couponCode: 'KEPT' });
    await expect(again).rejects.toMatchObject({ code: 'coupon_used' });
  });

  it.each<[string, object, object]>([
    ['coupon_not_found', {}, { couponCode: 'ANOTHER' }],
    ['coupon_minimum', { minimumMinor: 10_01n }, {}],
    ['coupon_without_effect', {}, { price: 1n }],
    ['coupon_over', { ends: 1 }, {}],
    ['coupon_not_begun', { starts: 2_000 }, {}],
  ])('is refused as %s, and nothing is charged', async (code, terms, order) => {
    const [owner, buyer] = [await market.citizen(), await rich()];
    const { ends, starts, ...rest } = { ends: 86_400_000, starts: -1_000, ...terms };
    const { price: priceMinor, ...wish } = { price: 10_00n, couponCode: 'SPEZIE', ...order };
    const listingId = await listed({ priceMinor }, owner);
    const now = market.clock.now().getTime();
    const window = { startsAt: new Date(now + starts), endsAt: new Date(now + ends) };
    await issueCoupon(market, owner, { code: 'SPEZIE', ...window, ...rest });
    market.clock.advance(1);
    await expect(market.buy(buyer, { listingId, ...wish })).rejects.toMatchObject({ code });
    expect(await wallet(buyer)).toBe(1_000_00n);
  });

  it('of another seller is answered like one that nobody ever made', async () => {
    const [owner, other, buyer] = [await market.citizen(), await market.citizen(), await rich()];
    const listingId = await listed({}, owner);
    await issueCoupon(market, other, { code: 'SECRET' });
    const answers = await Promise.allSettled(
      ['SECRET', 'NOBODYS'].map((couponCode) => market.buy(buyer, { listingId, couponCode })),
    );
    const [first, second] = answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as Error) : null));
    expect(first).toMatchObject({ kind: 'not_found', code: 'coupon_not_found' });
    expect(first).toEqual(second);
  });
});

describe('the books', () => {
  it('agree after all of this', async () => {
    expect(await checkLedger(market.database.client)).toMatchObject({ ok: true });
  });
});

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import { placePurchase } from '#server/market/orders/purchases.ts';
import type { PurchaseLine } from '#server/market/orders/order-schema.ts';
import { systemIds } from '#server/platform/ids.ts';
import { asSuperuser } from '#server/testing/database.ts';
import { testMarket, testSecret, type TestCitizen, type TestMarket } from '#server/testing/market.ts';

let market: TestMarket;
let sellers: TestCitizen[];

beforeAll(async () => {
  market = await testMarket();
  sellers = await Promise.all([market.citizen(), market.citizen({ tier: 'observer' })]);
});

const wish = (listingId: string, other: Partial<PurchaseLine> = {}): PurchaseLine => ({
  listingId,
  listingVersion: 1,
  variantId: null,
  quantity: 1,
  ...other,
});

const buy = (buyer: TestCitizen, lines: readonly PurchaseLine[], key: string = randomUUID()) =>
  market.database.inTransaction((tx) =>
    placePurchase(tx, {
      ...{ buyerId: buyer.citizenId, lines, key },
      ...{ clock: market.clock, ids: systemIds, secret: testSecret },
    }),
  );

const shelf = async (seller: number, terms: { priceMinor: bigint; stock: number | null }) =>
  (await market.listing(sellers[seller] as TestCitizen, terms)).listingId;

const variants = {
  options: [{ name: 'Colour', values: ['red', 'blue'] }],
  variants: [
    { values: ['red'], priceMinor: 5_00n, stock: 2 },
    { values: ['blue'], priceMinor: 7_00n, stock: null },
  ],
};

async function coloured(): Promise<{ listingId: string; red: string; blue: string }> {
  const { listingId } = await market.listing(sellers[0] as TestCitizen, variants);
  const rows = await market.database.client.listingVariant.findMany({ where: { listingId } });
  const idOf = (colour: string) => rows.find(({ values }) => values[0] === colour)?.id ?? '';
  return { listingId, red: idOf('red'), blue: idOf('blue') };
}

const stockOf = async (listingId: string) =>
  (await market.database.client.listing.findUniqueOrThrow({ where: { id: listingId } })).stock;

describe('a purchase of several sellers', () => {
  it('is one order for each, with its lines, its own fee and its own escrow, in one posting', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const ids = [
      await shelf(0, { priceMinor: 10_00n, stock: 5 }),
      await shelf(1, { priceMinor: 8_00n, stock: 5 }),
      await shelf(0, { priceMinor: 1_50n, stock: 5 }),
    ] as const;
    const receipt = await buy(buyer, [wish(ids[0], { quantity: 2 }), wish(ids[1]), wish(ids[2])]);
    expect(receipt.totalMinor).toBe(29_50n);
    expect(receipt.orders).toMatchObject([
      { sellerId: sellers[0]?.citizenId, quantity: 3, totalMinor: 21_50n },
      { sellerId: sellers[1]?.citizenId, quantity: 1, totalMinor: 8_00n },
    ]);
    expect(await market.balance(buyer.citizenId, 'wallet')).toBe(70_50n);
    const orders = await market.database.client.marketOrder.findMany({
      where: { purchaseId: receipt.purchaseId },
      orderBy: { position: 'asc' },
      include: { lines: { orderBy: { line: 'asc' } } },
    });
    expect(orders.map(({ feeMinor }) => feeMinor)).toEqual([32n, 20n]);
    expect(orders.map(({ lines }) => lines.map(({ listingId }) => listingId))).toEqual([[ids[0], ids[2]], [ids[1]]]);
    for (const { id, totalMinor } of orders) expect(await market.balance(id, 'escrow')).toBe(totalMinor);
    const [posted] = await market.database.client.$queryRaw<{ groups: bigint; transfers: bigint }[]>`
      SELECT count(DISTINCT group_id) AS groups, count(*) AS transfers FROM ledger.transfer
       WHERE reference = ANY (${orders.map(({ id }) => id)})`;
    expect(posted).toEqual({ groups: 1n, transfers: 2n });
  });

  it.each<[string, { ducatsMinor?: bigint; isSeller?: boolean }, { stock?: number }]>([
    ['insufficient_funds', { ducatsMinor: 17_99n }, {}],
    ['sold_out', {}, { stock: 0 }],
    ['own_listing', { isSeller: true }, {}],
  ])('is all or nothing: %s', async (code, { ducatsMinor = 100_00n, isSeller = false }, { stock = 5 }) => {
    const other = await market.citizen({ ducatsMinor });
    const buyer = isSeller ? (sellers[1] as TestCitizen) : other;
    const ids = [
      await shelf(0, { priceMinor: 10_00n, stock: 5 }),
      await shelf(1, { priceMinor: 8_00n, stock }),
    ] as const;
    const before = await market.balance(buyer.citizenId, 'wallet');
    await expect(buy(buyer, [wish(ids[0]), wish(ids[1])])).rejects.toMatchObject({ code });
    expect([await stockOf(ids[0]), await stockOf(ids[1])]).toEqual([5, stock]);
    expect(await market.balance(buyer.citizenId, 'wallet')).toBe(before);
    expect(await market.database.client.purchase.count({ where: { buyerId: buyer.citizenId } })).toBe(0);
  });

  it('refuses the same thing twice, nothing at all, and too much', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const id = await shelf(0, { priceMinor: 1n, stock: null });
    await expect(buy(buyer, [wish(id), wish(id)])).rejects.toMatchObject({ code: 'line_repeated' });
    await expect(buy(buyer, [])).rejects.toMatchObject({ code: 'too_many_lines' });
    const many = Array.from({ length: 51 }, () => wish(randomUUID()));
    await expect(buy(buyer, many)).rejects.toMatchObject({ code: 'too_many_lines' });
    await expect(buy(buyer, [wish(id), wish(randomUUID())])).rejects.toMatchObject({ code: 'listing_not_found' });
  });

  it('with one key, sixteen times at once in any order of lines, is one purchase and the same answer', async () => {
    const buyer = await market.citizen({ ducatsMinor: 1_000_00n });
    const ids = [await shelf(0, { priceMinor: 10_00n, stock: 99 }), await shelf(1, { priceMinor: 8_00n, stock: 99 })];
    const key = randomUUID();
    const lines = ids.map((id) => wish(id));
    const answers = await Promise.all(Array.from({ length: 16 }, () => buy(buyer, lines, key)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await market.balance(buyer.citizenId, 'wallet')).toBe(982_00n);
    await expect(buy(buyer, lines.slice(1), key)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('from one wallet in sixteen checkouts at once buys whole carts only, crosswise locks and all', async () => {
    const buyer = await market.citizen({ ducatsMinor: 5n * 18_00n + 17_99n });
    const ids = [await shelf(0, { priceMinor: 10_00n, stock: 99 }), await shelf(1, { priceMinor: 8_00n, stock: 99 })];
    const lines = ids.map((id) => wish(id));
    const answers = await Promise.allSettled(
      Array.from({ length: 16 }, (_, index) => buy(buyer, index % 2 === 0 ? lines : lines.toReversed())),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'insufficient_funds' });
    expect(await Promise.all(ids.map(stockOf))).toEqual([94, 94]);
    expect(await market.balance(buyer.citizenId, 'wallet')).toBe(17_99n);
  });
});

describe('a variant', () => {
  it('is bought at its own price and out of its own stock, and comes back when the order is cancelled', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { listingId, red, blue } = await coloured();
    const both = await buy(buyer, [
      wish(listingId, { variantId: red, quantity: 2 }),
      wish(listingId, { variantId: blue }),
    ]);
    expect(both.totalMinor).toBe(17_00n);
    await expect(buy(buyer, [wish(listingId, { variantId: red })])).rejects.toMatchObject({ code: 'sold_out' });
    const orderId = both.orders[0]?.orderId ?? '';
    const lines = await market.database.client.orderLine.findMany({ where: { orderId }, orderBy: { line: 'asc' } });
    expect(lines.map(({ optionValues, unitPriceMinor }) => [optionValues, unitPriceMinor])).toEqual([
      [['red'], 5_00n],
      [['blue'], 7_00n],
    ]);
    await market.step({ orderId, visitor: sellers[0] as TestCitizen, action: 'cancel' });
    await buy(buyer, [wish(listingId, { variantId: red, quantity: 2 })]);
  });

  it('has to be named where there are any, and has to be one of them', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const [one, other] = [await coloured(), await coloured()];
    const plain = await shelf(0, { priceMinor: 1n, stock: 1 });
    await expect(buy(buyer, [wish(one.listingId)])).rejects.toMatchObject({ code: 'variant_required' });
    const foreign = buy(buyer, [wish(one.listingId, { variantId: other.red })]);
    await expect(foreign).rejects.toMatchObject({ code: 'variant_unavailable' });
    const needless = buy(buyer, [wish(plain, { variantId: one.red })]);
    await expect(needless).rejects.toMatchObject({ code: 'variant_unavailable' });
  });

  it('sixteen buyers of its last two units: two get one, the others are told', async () => {
    const { listingId, red } = await coloured();
    const buyers = await Promise.all(Array.from({ length: 16 }, () => market.citizen({ ducatsMinor: 10_00n })));
    const answers = await Promise.allSettled(buyers.map((buyer) => buy(buyer, [wish(listingId, { variantId: red })])));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'sold_out' });
  });
});

describe('the database itself', () => {
  it('keeps an order equal to its lines and a purchase to its orders, whoever writes', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { orders, purchaseId } = await buy(buyer, [wish(await shelf(0, { priceMinor: 2_00n, stock: 5 }))]);
    const orderId = orders[0]?.orderId ?? '';
    const another = `INSERT INTO order_line SELECT order_id, 2, listing_id, listing_version, variant_id, title,
      description, option_values, category_slug, kind, quantity, unit_price_minor, total_minor, list_unit_price_minor
      FROM order_line WHERE order_id = '${orderId}'`;
    await expect(asSuperuser(market.database, another)).rejects.toThrow('is not the sum of its lines');
    const empty = `INSERT INTO purchase SELECT gen_random_uuid(), buyer_id, gen_random_uuid(), input_hash, 1, created_at
      FROM purchase WHERE id = '${purchaseId}'`;
    await expect(asSuperuser(market.database, empty)).rejects.toThrow('is not the sum of its orders');
  });

  it('lets the application change neither lines nor purchases, nor take back what went back', async () => {
    const buyer = await market.citizen({ ducatsMinor: 100_00n });
    const { orders, purchaseId } = await buy(buyer, [wish(await shelf(0, { priceMinor: 2_00n, stock: 5 }))]);
    const orderId = orders[0]?.orderId ?? '';
    const { client } = market.database;
    await expect(client.orderLine.updateMany({ where: { orderId }, data: { quantity: 2 } })).rejects.toThrow();
    await expect(client.orderLine.deleteMany({ where: { orderId } })).rejects.toThrow();
    await expect(client.purchase.update({ where: { id: purchaseId }, data: { totalMinor: 1n } })).rejects.toThrow();
    await market.refundPart({ orderId, visitor: sellers[0] as TestCitizen, amountMinor: 50n });
    const less = client.marketOrder.update({ where: { id: orderId }, data: { refundedMinor: 49n } });
    await expect(less).rejects.toThrow('cannot shrink');
    const more = client.marketOrder.update({ where: { id: orderId }, data: { refundedMinor: 2_01n } });
    await expect(more).rejects.toThrow();
    await market.step({ orderId, visitor: sellers[0] as TestCitizen, action: 'cancel' });
    const again = client.marketOrder.update({ where: { id: orderId }, data: { state: 'accepted', closedAt: null } });
    await expect(again).rejects.toThrow('is over');
  });

  it('has books in order after all of this', async () => {
    expect(await checkLedger(market.database.client)).toMatchObject({ ok: true });
  });
});

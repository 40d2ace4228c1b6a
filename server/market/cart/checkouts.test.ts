import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { publishListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { publishListing } from '#server/market/catalogue/listings.ts';
import { endSale, planSale } from '#server/market/discounts/sales.ts';
import { topUpById } from '#server/payments/queries.ts';
import { systemIds } from '#server/platform/ids.ts';
import { cards, testBridge } from '#server/testing/payments.ts';
import { cartCount, cartView } from './cart-queries.ts';
import { addToCart } from './carts.ts';
import { continueCheckout, topUpAndBuy } from './checkout-flows.ts';
import { continueCheckouts } from './cart-jobs.ts';
import { checkOut } from './checkouts.ts';

const bridge = await testBridge();
const { database, deps, clock } = bridge;
const seller = await bridge.citizen();
const other = await bridge.citizen();

async function listed(terms: { priceMinor?: bigint; stock?: number; by?: string } = {}): Promise<string> {
  const { priceMinor = 1_000n, stock = 50, by = seller } = terms;
  const text = { title: 'Goblet of cristallo', description: 'A wine goblet, blown thin.', category: 'glass' } as const;
  const listing = publishListingInput.parse({ ...text, kind: 'goods', priceMinor, stock, key: randomUUID() });
  const input = { clock, ids: systemIds, sellerId: by, listing };
  return (await database.inTransaction((tx) => publishListing(tx, input))).listingId;
}

async function put(citizenId: string, listingId: string, quantity = 1): Promise<void> {
  const item = { listingId, variantId: null, quantity };
  await database.inTransaction((tx) => addToCart(tx, { clock, ids: systemIds, owner: { citizenId }, item }));
}

/** Someone with the hundred ducats of a starter package. */
async function buyer(): Promise<string> {
  const { citizenId, sessionId } = await bridge.start();
  bridge.pay(sessionId, cards.success);
  await bridge.delivered('checkout.session.completed', sessionId);
  await bridge.drain();
  return citizenId;
}

function buy(citizenId: string, checkout: { totalMinor: bigint; key: string }) {
  return database.inTransaction((tx) => checkOut(tx, { ...deps, citizenId, checkout }));
}

const inCart = (citizenId: string) => cartCount(database.client, { citizenId });
const wallet = (citizenId: string) => bridge.balance(citizenId, 'wallet', 'DUCAT');
const ordersOf = (buyerId: string) => database.client.marketOrder.count({ where: { buyerId } });

async function stockOf(id: string): Promise<number | null> {
  const { stock } = await database.client.listing.findUniqueOrThrow({ where: { id }, select: { stock: true } });
  return stock;
}

describe('a cart that is bought', () => {
  test('is one order for each seller, paid from the wallet, and empty afterwards', async () => {
    const citizenId = await buyer();
    const [first, second] = [await listed(), await listed({ priceMinor: 2_000n })];
    const third = await listed({ by: other, priceMinor: 500n });
    for (const listingId of [first, third, second]) await put(citizenId, listingId, 2);
    const receipt = await buy(citizenId, { totalMinor: 7_000n, key: randomUUID() });
    expect(receipt.orders.map(({ sellerId, totalMinor }) => [sellerId, totalMinor])).toEqual([
      [seller, 6_000n],
      [other, 1_000n],
    ]);
    expect([await wallet(citizenId), await inCart(citizenId), await stockOf(first)]).toEqual([3_000n, 0, 48]);
    await bridge.assertBooksInOrder();
  });

  test('sixteen times at once with one key is bought once, with the same answer; another total is refused', async () => {
    const citizenId = await buyer();
    const listingId = await listed();
    await put(citizenId, listingId, 2);
    const checkout = { totalMinor: 2_000n, key: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 16 }, () => buy(citizenId, checkout)));
    expect(new Set(answers.map(({ purchaseId }) => purchaseId)).size).toBe(1);
    expect([await ordersOf(citizenId), await wallet(citizenId), await stockOf(listingId)]).toEqual([1, 8_000n, 48]);
    await expect(buy(citizenId, { ...checkout, totalMinor: 1_000n })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  test('sixteen times at once with sixteen keys is bought once, and the others find an empty cart', async () => {
    const citizenId = await buyer();
    await put(citizenId, await listed());
    const attempts = Array.from({ length: 16 }, () => buy(citizenId, { totalMinor: 1_000n, key: randomUUID() }));
    const codes = (await Promise.allSettled(attempts)).map((each) =>
      each.status === 'fulfilled' ? 'bought' : (each.reason as { code?: string }).code,
    );
    expect(codes.filter((code) => code === 'bought')).toHaveLength(1);
    expect(codes.filter((code) => code === 'cart_empty')).toHaveLength(15);
    expect([await ordersOf(citizenId), await wallet(citizenId)]).toEqual([1, 9_000n]);
  });

  test('is not bought at another total than was shown, with a problem, or without the funds, and stays as it is', async () => {
    const citizenId = await buyer();
    const listingId = await listed({ priceMinor: 6_000n, stock: 2 });
    await put(citizenId, listingId, 2);
    const refused = (totalMinor: bigint) => buy(citizenId, { totalMinor, key: randomUUID() });
    await expect(refused(6_000n)).rejects.toMatchObject({ code: 'cart_changed' });
    await expect(refused(12_000n)).rejects.toMatchObject({ code: 'insufficient_funds' });
    await put(citizenId, listingId);
    await expect(refused(18_000n)).rejects.toMatchObject({ code: 'cart_has_problems' });
    expect([await ordersOf(citizenId), await wallet(citizenId), await inCart(citizenId)]).toEqual([0, 10_000n, 3]);
    await expect(buy(await buyer(), { totalMinor: 1n, key: randomUUID() })).rejects.toMatchObject({
      code: 'cart_empty',
    });
  });

  test('by one of two that want the same last unit; the other keeps cart and money', async () => {
    const listingId = await listed({ stock: 1 });
    const buyers = await Promise.all([buyer(), buyer()]);
    for (const citizenId of buyers) await put(citizenId, listingId);
    const ends = await Promise.allSettled(
      buyers.map((citizenId) => buy(citizenId, { totalMinor: 1_000n, key: randomUUID() })),
    );
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const loser = buyers[ends.findIndex(({ status }) => status === 'rejected')] ?? '';
    expect([await wallet(loser), await inCart(loser), await stockOf(listingId)]).toEqual([10_000n, 1, 0]);
  });
});

/** Opens Stripe's page for a cart of one thing and pays there. */
async function paidFor(citizenId: string, totalMinor: bigint): Promise<string> {
  const checkout = { totalMinor, key: randomUUID() };
  const opened = await topUpAndBuy(deps, { citizenId, checkout });
  expect(await topUpAndBuy(deps, { citizenId, checkout })).toEqual(opened);
  const sessionId = new URL(opened.checkoutUrl).pathname.split('/').at(-1) ?? '';
  bridge.pay(sessionId, cards.success);
  await bridge.delivered('checkout.session.completed', sessionId);
  await bridge.drain();
  expect(await topUpById(database.client, opened.topUpId)).toMatchObject({ state: 'credited' });
  return opened.topUpId;
}

describe('a cart that costs more than is in the wallet', () => {
  test('is bought by itself once the missing ducats are paid, by page and worker at once', async () => {
    const citizenId = await buyer();
    await put(citizenId, await listed({ priceMinor: 15_005n }), 2);
    const topUpId = await paidFor(citizenId, 30_010n);
    expect(await topUpById(database.client, topUpId)).toMatchObject({ priceMinor: 2_001n });
    const [seen] = await Promise.all([
      continueCheckout(deps, { topUpId, citizenId }),
      continueCheckouts(deps),
      continueCheckout(deps, { topUpId }),
    ]);
    expect(seen).toMatchObject({ state: 'placed', refusal: null });
    expect(seen.orderIds).toHaveLength(1);
    expect([await ordersOf(citizenId), await wallet(citizenId), await inCart(citizenId)]).toEqual([1, 0n, 0]);
    await bridge.assertBooksInOrder();
  });

  test('is not bought where something changed meanwhile: the ducats are in the wallet, and it says why', async () => {
    const citizenId = await bridge.citizen();
    const listingId = await listed({ priceMinor: 12_000n });
    await put(citizenId, listingId);
    const topUpId = await paidFor(citizenId, 12_000n);
    await database.client.listing.update({ where: { id: listingId }, data: { state: 'paused' } });
    await continueCheckouts(deps);
    const end = await continueCheckout(deps, { topUpId, citizenId });
    expect(end).toMatchObject({ state: 'refused', orderIds: [] });
    expect(end.refusal).toBe('listing_withdrawn');
    expect([await ordersOf(citizenId), await wallet(citizenId)]).toEqual([0, 12_000n]);
    expect(await cartView(database.client, { owner: { citizenId }, now: clock.now() })).toMatchObject({
      count: 1,
      problems: 1,
    });
  });

  test('is not bought for more than was shown: a sale that ends while the payment is on its way is a changed price', async () => {
    const [citizenId, sellerId] = [await bridge.citizen(), await bridge.citizen()];
    const now = clock.now().getTime();
    const window = { startsAt: new Date(now - 1_000), endsAt: new Date(now + 86_400_000) };
    const tools = { clock, ids: systemIds, sellerId };
    const sale = { percentBps: 5_000, listingIds: null, key: randomUUID(), ...window };
    const { saleId } = await database.inTransaction((tx) => planSale(tx, { ...tools, sale }));
    await put(citizenId, await listed({ priceMinor: 24_000n, by: sellerId }));
    const topUpId = await paidFor(citizenId, 12_000n);
    await database.inTransaction((tx) => endSale(tx, { ...tools, saleId }));
    const end = await continueCheckout(deps, { topUpId, citizenId });
    expect(end).toMatchObject({ state: 'refused', refusal: 'price_changed', orderIds: [] });
    expect([await ordersOf(citizenId), await wallet(citizenId), await inCart(citizenId)]).toEqual([0, 12_000n, 1]);
  });

  test('is nobody else’s to go on with, and not before it is paid', async () => {
    const citizenId = await bridge.citizen();
    await put(citizenId, await listed());
    const opened = await topUpAndBuy(deps, { citizenId, checkout: { totalMinor: 1_000n, key: randomUUID() } });
    const { topUpId } = opened;
    await expect(continueCheckout(deps, { topUpId, citizenId: other })).rejects.toMatchObject({
      code: 'checkout_not_found',
    });
    expect(await continueCheckout(deps, { topUpId, citizenId })).toMatchObject({ state: 'waiting' });
    expect([await ordersOf(citizenId), await inCart(citizenId)]).toEqual([0, 1]);
    expect(await topUpById(database.client, topUpId)).toMatchObject({ priceMinor: 1_000n });
  });
});

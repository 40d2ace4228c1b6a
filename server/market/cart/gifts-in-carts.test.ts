import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { marketData } from '#server/market/account.ts';
import { giftForRecipient, giftsReceived } from '#server/market/gifts/gift-queries.ts';
import { setBlock } from '#server/market/people/blocks.ts';
import { publishListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { publishListing } from '#server/market/catalogue/listings.ts';
import { systemIds } from '#server/platform/ids.ts';
import { cards, testBridge } from '#server/testing/payments.ts';
import { testSealing } from '#server/testing/sealing.ts';
import { checkOutInput, type CheckOutInput } from './cart-schema.ts';
import { addToCart } from './carts.ts';
import { continueCheckout, topUpAndBuy } from './checkout-flows.ts';
import { checkOut } from './checkouts.ts';

const bridge = await testBridge();
const { database, deps, clock } = bridge;

const nameOf = async (id: string) => (await database.client.citizen.findUniqueOrThrow({ where: { id } })).username;

async function listed(sellerId: string, priceMinor = 1_000n): Promise<string> {
  const text = { title: 'Goblet of cristallo', description: 'A wine goblet, blown thin.', category: 'glass' } as const;
  const listing = publishListingInput.parse({ ...text, kind: 'goods', priceMinor, stock: 9, key: randomUUID() });
  const input = { clock, ids: systemIds, sellerId, listing };
  return (await database.inTransaction((tx) => publishListing(tx, input))).listingId;
}

interface Scene {
  giver: string;
  friend: string;
  sellers: readonly [string, string];
}

/** A cart with a thing of each of two sellers, ten ducats each. */
async function filled(): Promise<Scene> {
  const [giver, friend, one, other] = [
    await bridge.citizen(),
    await bridge.citizen(),
    await bridge.citizen(),
    await bridge.citizen(),
  ];
  for (const sellerId of [one, other]) {
    const item = { listingId: await listed(sellerId), variantId: null, quantity: 1 };
    const owner = { citizenId: giver };
    await database.inTransaction((tx) => addToCart(tx, { clock, ids: systemIds, owner, item }));
  }
  return { giver, friend, sellers: [one, other] };
}

type Gifts = NonNullable<CheckOutInput['gifts']>;
const checkoutOf = (gifts: Gifts) => ({ totalMinor: 2_000n, gifts, key: randomUUID() });
const note = 'For your <b>name</b> day';
const to = async (sellerId: string, friend: string) => ({ sellerId, username: await nameOf(friend), note });

/** Opens Stripe's page for what is missing, which here is everything, and pays there. */
async function paid(citizenId: string, gifts: Gifts): Promise<string> {
  const opened = await topUpAndBuy(deps, { citizenId, checkout: checkoutOf(gifts) });
  const sessionId = new URL(opened.checkoutUrl).pathname.split('/').at(-1) ?? '';
  bridge.pay(sessionId, cards.success);
  await bridge.delivered('checkout.session.completed', sessionId);
  await bridge.drain();
  return opened.topUpId;
}

const received = async (recipientId: string) =>
  (await giftsReceived(database.client, { recipientId, limit: 10 })).items;
const ordersOf = (buyerId: string) =>
  database.client.marketOrder.findMany({ where: { buyerId }, orderBy: { position: 'asc' } });

describe('a gift from the cart', () => {
  test('is what comes from one seller: it goes through the payment, and only its recipient reads it as a gift', async () => {
    const { giver, friend, sellers } = await filled();
    const topUpId = await paid(giver, [await to(sellers[1], friend)]);
    expect(await continueCheckout(deps, { topUpId, citizenId: giver })).toMatchObject({ state: 'placed' });
    const orders = await ordersOf(giver);
    expect(orders.map(({ sellerId, recipientId, giftNote }) => [sellerId, recipientId, giftNote])).toEqual([
      [sellers[0], null, null],
      [sellers[1], friend, note],
    ]);
    const [plain, given] = orders.map(({ id }) => id);
    expect((await received(friend)).map(({ orderId }) => orderId)).toEqual([given]);
    expect(await received(giver)).toEqual([]);
    const seen = (recipientId: string, orderId: string | undefined) =>
      giftForRecipient(database.client, { orderId: orderId ?? '', recipientId });
    expect(await seen(friend, given)).toMatchObject({ note });
    for (const [reader, orderId] of [
      [giver, given],
      [sellers[1], given],
      [friend, plain],
    ] as const)
      await expect(seen(reader, orderId)).rejects.toMatchObject({ code: 'gift_not_found' });
    await bridge.assertBooksInOrder();
    const kept: unknown[] = [];
    for (const part of marketData.parts.filter(({ name }) => name === 'checkouts'))
      for await (const row of part.rows(database.client, { citizenId: giver, clock, sealing: testSealing }))
        kept.push(row);
    expect(kept).toMatchObject([{ gifts: [`${await nameOf(friend)}: ${note}`] }]);
  });

  test('is the whole purchase, to one or to several, and part of what its key stands for', async () => {
    const { giver, friend, sellers } = await filled();
    const other = await bridge.citizen();
    const topUpId = await paid(giver, [await to(sellers[0], friend), await to(sellers[1], other)]);
    await continueCheckout(deps, { topUpId });
    expect((await ordersOf(giver)).map(({ recipientId }) => recipientId)).toEqual([friend, other]);
    const second = await filled();
    const checkout = checkoutOf([await to(second.sellers[0], friend)]);
    const opened = await topUpAndBuy(deps, { citizenId: second.giver, checkout });
    expect(await topUpAndBuy(deps, { citizenId: second.giver, checkout })).toEqual(opened);
    const plain = topUpAndBuy(deps, { citizenId: second.giver, checkout: { ...checkout, gifts: [] } });
    await expect(plain).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  test('is refused before anybody pays for it, as with a purchase of one thing', async () => {
    const { giver, friend, sellers } = await filled();
    const stranger = await bridge.citizen();
    const block = { by: friend, citizenId: giver, kind: 'block', isOn: true, clock } as const;
    await database.inTransaction((tx) => setBlock(tx, block));
    const nobody = { sellerId: sellers[0], username: 'nobody_is_called_that', note: null };
    for (const [code, gift] of [
      ['gift_to_yourself', await to(sellers[0], giver)],
      ['gift_to_seller', await to(sellers[0], sellers[0])],
      ['gift_unavailable', await to(sellers[0], friend)],
      ['recipient_not_found', nobody],
      ['cart_changed', await to(stranger, stranger)],
    ] as const) {
      const checkout = checkoutOf([gift]);
      await expect(topUpAndBuy(deps, { citizenId: giver, checkout })).rejects.toMatchObject({ code });
      const buying = database.inTransaction((tx) => checkOut(tx, { ...deps, citizenId: giver, checkout }));
      await expect(buying).rejects.toMatchObject({ code });
    }
    expect(await database.client.checkout.count({ where: { citizenId: giver } })).toBe(0);
    const twice = await Promise.all([to(sellers[0], stranger), to(sellers[0], friend)]);
    expect(checkOutInput.safeParse(checkoutOf(twice)).success).toBe(false);
  });

  test('that cannot be given any more when the payment is there is bought for nobody: the ducats are in the wallet', async () => {
    const { giver, friend, sellers } = await filled();
    const topUpId = await paid(giver, [await to(sellers[0], friend)]);
    const block = { by: friend, citizenId: giver, kind: 'block', isOn: true, clock } as const;
    await database.inTransaction((tx) => setBlock(tx, block));
    const end = await continueCheckout(deps, { topUpId, citizenId: giver });
    expect(end).toMatchObject({ state: 'refused', refusal: 'gift_unavailable', orderIds: [] });
    expect([await bridge.balance(giver, 'wallet', 'DUCAT'), await received(friend)]).toEqual([10_000n, []]);
  });

  test('of one seller may be for another seller of the same purchase', async () => {
    const { giver, sellers } = await filled();
    const topUpId = await paid(giver, [await to(sellers[0], sellers[1])]);
    expect(await continueCheckout(deps, { topUpId })).toMatchObject({ state: 'placed' });
    expect((await received(sellers[1])).map(({ seller }) => seller.citizenId)).toEqual([sellers[0]]);
  });
});

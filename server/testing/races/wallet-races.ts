import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  atOnce,
  cancelAll,
  done,
  firstBuyer,
  hold,
  holdingsOf,
  holdMoved,
  listingNow,
  place,
  priceMinor,
  walletOf,
  winners,
  withListing,
  type Race,
  type Stage,
} from './stage.ts';
import type { Visitor } from './visitor.ts';

/** Races for the same ducats. */

const purchaseReceipt = z.object({ purchaseId: z.string(), orders: z.array(z.unknown()) });
const none = { walletMinor: 0n, escrowMinor: 0n };

const oneWallet: Race = {
  name: 'one wallet pays for one of many purchases at once that each want more than half of it',
  run: async (stage) => {
    const buyer = firstBuyer(stage);
    await stage.fund(buyer, priceMinor);
    const dearMinor = (await walletOf(buyer)) / 2n + 1n;
    await withListing(stage, { stock: null, priceMinor: dearMinor }, async (listingId) => {
      const before = await holdingsOf(buyer);
      const answers = await atOnce(stage, () => place(buyer, { listingId }));
      const won = winners(answers, { count: 1, codes: ['insufficient_funds'] });
      await holdMoved(buyer, before, { walletMinor: -dearMinor, escrowMinor: dearMinor });
      await cancelAll(stage, won);
      await holdMoved(buyer, before, none);
    });
  },
};

const stock = 9;
const inCart = 2;
const emptied = ['cart_empty', 'cart_changed'];

const oneCart: Race = {
  name: 'one cart is bought by one of many checkouts at once',
  run: (stage) =>
    withFilledCart(stage, async ({ buyer, listingId, totalMinor }) => {
      const before = await holdingsOf(buyer);
      const answers = await atOnce(stage, () => buyer.tell('cart.checkOut', { totalMinor, key: randomUUID() }));
      const won = winners(answers, { count: 1, codes: emptied });
      await holdMoved(buyer, before, { walletMinor: -totalMinor, escrowMinor: totalMinor });
      hold((await listingNow(stage, listingId)).stock === stock - inCart, 'the cart is sold once');
      await cancelAll(stage, ordersOf(won));
      await holdMoved(buyer, before, none);
    }),
};

const oneCheckout: Race = {
  name: 'the same checkout sent again and again at once is one purchase, and everybody gets the same answer',
  run: (stage) =>
    withFilledCart(stage, async ({ buyer, listingId, totalMinor }) => {
      const before = await holdingsOf(buyer);
      const key = randomUUID();
      const answers = await atOnce(stage, () => buyer.tell('cart.checkOut', { totalMinor, key }));
      const won = winners(answers, { count: answers.length, codes: [] });
      const purchases = new Set(won.map((each) => purchaseReceipt.parse(each).purchaseId));
      hold(purchases.size === 1, 'it is one purchase', won);
      await holdMoved(buyer, before, { walletMinor: -totalMinor, escrowMinor: totalMinor });
      hold((await listingNow(stage, listingId)).stock === stock - inCart, 'the cart is sold once');
      await cancelAll(stage, ordersOf(won.slice(0, 1)));
    }),
};

const ordersOf = (receipts: readonly unknown[]) => receipts.flatMap((each) => purchaseReceipt.parse(each).orders);

interface Filled {
  buyer: Visitor;
  listingId: string;
  totalMinor: bigint;
}

/** A cart that holds this listing and nothing else. */
async function withFilledCart(stage: Stage, work: (cart: Filled) => Promise<void>): Promise<void> {
  const buyer = firstBuyer(stage);
  await stage.fund(buyer, BigInt(inCart) * priceMinor);
  await withListing(stage, { stock }, async (listingId) => {
    await emptyCart(buyer);
    await done(buyer.tell('cart.add', { listingId, variantId: null, quantity: inCart }), z.unknown());
    await work({ buyer, listingId, totalMinor: BigInt(inCart) * priceMinor });
  });
}

const shownCart = z.object({ groups: z.array(z.object({ items: z.array(z.object({ id: z.string() })) })) });

async function emptyCart(buyer: Visitor): Promise<void> {
  const { groups } = await done(buyer.ask('cart.get'), shownCart);
  for (const { id: itemId } of groups.flatMap(({ items }) => items))
    await done(buyer.tell('cart.remove', { itemId }), z.unknown());
}

export const walletRaces: readonly Race[] = [oneWallet, oneCart, oneCheckout];

import { z } from 'zod';
import {
  done,
  hold,
  holdingsOf,
  holdMoved,
  listingNow,
  orderReceipt,
  place,
  priceMinor,
  stepReceipt,
  withListing,
  type House,
  type Race,
  type Stage,
} from './stage.ts';
import type { Visitor } from './visitor.ts';

/** Races between a seller and the house, which acts when the time of an order is over. */

const given = { walletMinor: 0n, escrowMinor: 0n };
const waiting = { walletMinor: -priceMinor, escrowMinor: priceMinor };
const shownOrder = z.object({ state: z.string() });

const acceptOrDecline: Race = {
  name: 'accepting orders whose time is over while the house declines them: each goes one way, once, and stock and escrow say which',
  needsHouse: true,
  run: async (stage) => {
    const { house, buyers } = stage;
    if (house === null) throw new Error('nobody can move the time of an order here');
    await Promise.all(buyers.map((buyer) => stage.fund(buyer, priceMinor)));
    await stage.seller.tell('orders.setSetting', { acceptsItself: false });
    try {
      await withListing(stage, { stock: buyers.length }, (listingId) => holdRace(stage, { house, listingId }));
    } finally {
      await stage.seller.tell('orders.setSetting', { acceptsItself: true });
    }
  },
};

interface Bought {
  buyer: Visitor;
  before: Awaited<ReturnType<typeof holdingsOf>>;
  orderId: string;
}

async function holdRace(stage: Stage, { house, listingId }: { house: House; listingId: string }): Promise<void> {
  const bought = await Promise.all(
    stage.buyers.map(async (buyer): Promise<Bought> => {
      const before = await holdingsOf(buyer);
      const { orderId } = await done(place(buyer, { listingId }), orderReceipt);
      return { buyer, before, orderId };
    }),
  );
  const { settled } = await house.actOn(bought.map(({ orderId }) => orderId));
  // The house takes the oldest first: from the other end the two meet on the way.
  const answers = await Promise.all(
    bought.toReversed().map(async ({ orderId }) => {
      const [once, again] = await Promise.all([
        stage.seller.tell('orders.accept', { orderId }),
        stage.seller.tell('orders.accept', { orderId }),
      ]);
      return { orderId, codes: [once.code, again.code] };
    }),
  );
  await settled;
  const codesOf = new Map(answers.map(({ orderId, codes }) => [orderId, codes]));
  let accepted = 0;
  for (const { buyer, before, orderId } of bought) {
    const codes = codesOf.get(orderId) ?? [];
    const { state } = await done(buyer.ask('orders.byId', { orderId }), shownOrder);
    const expected = state === 'accepted' ? [null, null] : ['order_step_unavailable', 'order_step_unavailable'];
    hold(state === 'accepted' || state === 'declined', 'an order goes one of the two ways', { orderId, state });
    hold(codes.join() === expected.join(), 'the seller is told which', { state, codes });
    await holdMoved(buyer, before, state === 'accepted' ? waiting : given);
    if (state === 'accepted') accepted += 1;
  }
  const { stock } = await listingNow(stage, listingId);
  hold(stock === bought.length - accepted, 'what was declined is back on sale', { stock, accepted });
  await giveBack(stage, bought, listingId);
}

/** Nothing stays in escrow after a race. */
async function giveBack(stage: Stage, bought: readonly Bought[], listingId: string): Promise<void> {
  for (const { buyer, before, orderId } of bought) {
    const { state } = await done(buyer.ask('orders.byId', { orderId }), shownOrder);
    if (state === 'accepted')
      await done(stage.seller.tell('orders.cancel', { orderId, note: 'The race is over.' }), stepReceipt);
    await holdMoved(buyer, before, given);
  }
  hold((await listingNow(stage, listingId)).stock === bought.length, 'all is back on sale');
}

export const timerRaces: readonly Race[] = [acceptOrDecline];

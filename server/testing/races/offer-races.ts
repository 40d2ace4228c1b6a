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
  orderReceipt,
  place,
  priceMinor,
  winners,
  withListing,
  type Holdings,
  type Race,
  type Stage,
} from './stage.ts';
import type { Answer, Visitor } from './visitor.ts';

/** Races for what a buyer and a seller agreed on. */

const agreedMinor = 60n;
const none: Holdings = { walletMinor: 0n, escrowMinor: 0n };
const paidAgreed: Holdings = { walletMinor: -agreedMinor, escrowMinor: agreedMinor };
const offerReceipt = z.object({ offerId: z.string(), state: z.string(), sequence: z.number() });
const stockAtFirst = 20;

const oneUse: Race = {
  name: 'an agreed price buys once, however often its buyer tries at once',
  run: (stage) =>
    withListing(stage, { stock: stockAtFirst }, async (listingId) => {
      const buyer = firstBuyer(stage);
      await stage.fund(buyer, priceMinor);
      const offerId = await agree(stage, buyer, listingId);
      const before = await holdingsOf(buyer);
      const answers = await atOnce(stage, () => place(buyer, { listingId, offerId }));
      const won = winners(answers, { count: 1, codes: ['offer_not_open'] });
      await holdMoved(buyer, before, paidAgreed);
      hold((await listingNow(stage, listingId)).stock === stockAtFirst - 1, 'one unit is gone');
      hold((await offerNow(buyer, offerId)).state === 'used', 'the offer is used');
      await cancelAll(stage, won);
      const again = await place(buyer, { listingId, offerId });
      hold(again.code === 'offer_not_open', 'what was cancelled is not bought at that price again', again);
    }),
};

const lastUnit: Race = {
  name: 'of all who agreed on a price for the last unit one buys it, and the others keep what they agreed on',
  run: (stage) =>
    withListing(stage, { stock: 1 }, async (listingId) => {
      await Promise.all(stage.buyers.map((buyer) => stage.fund(buyer, priceMinor)));
      const offers: string[] = [];
      for (const buyer of stage.buyers) offers.push(await agree(stage, buyer, listingId));
      const before = await Promise.all(stage.buyers.map(holdingsOf));
      const answers = await Promise.all(
        stage.buyers.map((buyer, index) => place(buyer, { listingId, offerId: offers[index] ?? '' })),
      );
      const won = winners(answers, { count: 1, codes: ['sold_out', 'insufficient_stock'] });
      for (const [index, buyer] of stage.buyers.entries()) {
        const hasWon = answers[index]?.code === null;
        await holdMoved(buyer, before[index] ?? none, hasWon ? paidAgreed : none);
        const { state, sequence } = await offerNow(buyer, offers[index] ?? '');
        hold(state === (hasWon ? 'used' : 'accepted'), 'an agreed price is used by whoever bought', state);
        if (!hasWon) await done(step(buyer, 'withdraw', { offerId: offers[index] ?? '', sequence }), offerReceipt);
      }
      await cancelAll(stage, won);
    }),
};

const answerOrWithdraw: Race = {
  name: 'accepting and withdrawing an offer at once: one of the two happens, once, and the price holds or does not',
  run: (stage) =>
    withListing(stage, { stock: stockAtFirst }, async (listingId) => {
      const buyer = firstBuyer(stage);
      await stage.fund(buyer, priceMinor);
      const read = await offer(buyer, listingId);
      const answers = await atOnce(stage, (index) =>
        index % 2 === 0 ? step(stage.seller, 'accept', read) : step(buyer, 'withdraw', read),
      );
      const [winner] = winners(answers, { count: 1, codes: ['offer_moved_on', 'offer_not_open'] });
      const { state, sequence } = await offerNow(buyer, read.offerId);
      hold(state === offerReceipt.parse(winner).state, 'the offer is where the winner led it', { state, winner });
      hold(sequence === read.sequence + 1, 'one step was taken', sequence);
      await holdPrice(stage, { buyer, listingId, offerId: read.offerId, isAgreed: state === 'accepted' });
    }),
};

const buyOrWithdraw: Race = {
  name: 'buying by an agreed price and withdrawing it at once: one of the two happens, once',
  run: (stage) =>
    withListing(stage, { stock: stockAtFirst }, async (listingId) => {
      const buyer = firstBuyer(stage);
      await stage.fund(buyer, priceMinor);
      const offerId = await agree(stage, buyer, listingId);
      const { sequence } = await offerNow(buyer, offerId);
      const before = await holdingsOf(buyer);
      const answers = await atOnce(stage, (index) =>
        index % 2 === 0 ? place(buyer, { listingId, offerId }) : step(buyer, 'withdraw', { offerId, sequence }),
      );
      const won = winners(answers, { count: 1, codes: ['offer_moved_on', 'offer_not_open'] });
      const { state } = await offerNow(buyer, offerId);
      const orders = won.filter((each) => orderReceipt.safeParse(each).success);
      hold(state === (orders.length === 1 ? 'used' : 'withdrawn'), 'the offer is where the winner led it', state);
      await holdMoved(buyer, before, orders.length === 1 ? paidAgreed : none);
      await cancelAll(stage, orders);
    }),
};

/** A purchase by an offer is made at its price where it was agreed on, and not at all where it was not. */
async function holdPrice(
  stage: Stage,
  { isAgreed, buyer, ...wish }: { buyer: Visitor; listingId: string; offerId: string; isAgreed: boolean },
): Promise<void> {
  const before = await holdingsOf(buyer);
  const answer = await place(buyer, wish);
  hold(answer.code === (isAgreed ? null : 'offer_not_open'), 'only what was agreed on can be bought', answer);
  await holdMoved(buyer, before, isAgreed ? paidAgreed : none);
  if (isAgreed) await cancelAll(stage, [answer.data]);
}

/** An offer that its seller accepted; its id. */
async function agree(stage: Stage, buyer: Visitor, listingId: string): Promise<string> {
  const made = await offer(buyer, listingId);
  await done(step(stage.seller, 'accept', made), offerReceipt);
  return made.offerId;
}

interface ReadOffer {
  offerId: string;
  sequence: number;
}

async function offer(buyer: Visitor, listingId: string): Promise<ReadOffer> {
  const terms = { listingId, listingVersion: 1, unitPriceMinor: agreedMinor, quantity: 1, note: null };
  const { offerId, sequence } = await done(buyer.tell('offers.make', { ...terms, key: randomUUID() }), offerReceipt);
  return { offerId, sequence };
}

function step(by: Visitor, action: 'accept' | 'withdraw', read: ReadOffer): Promise<Answer> {
  return by.tell(`offers.${action}`, { ...read, key: randomUUID() });
}

function offerNow(buyer: Visitor, offerId: string) {
  return done(buyer.ask('offers.byId', { offerId }), z.object({ state: z.string(), sequence: z.number() }));
}

export const offerRaces: readonly Race[] = [oneUse, lastUnit, answerOrWithdraw, buyOrWithdraw];

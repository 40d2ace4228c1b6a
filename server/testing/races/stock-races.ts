import { randomUUID } from 'node:crypto';
import {
  atOnce,
  cancelAll,
  firstBuyer,
  hold,
  holdingsOf,
  holdMoved,
  listingNow,
  listingTerms,
  orderReceipt,
  place,
  priceMinor,
  winners,
  withListing,
  type Race,
  type Stage,
} from './stage.ts';

/** Races for what there is less of than is wanted. */

const stockGone = ['sold_out', 'insufficient_stock'];

const fundAll = (stage: Stage) => Promise.all(stage.buyers.map((buyer) => stage.fund(buyer, priceMinor)));
const stockAtFirst = 5;
const noMove = { walletMinor: 0n, escrowMinor: 0n };
const paid = { walletMinor: -priceMinor, escrowMinor: priceMinor };

const lastUnit: Race = {
  name: 'the last unit goes to one of all who want it, and only they pay',
  run: async (stage) => {
    await fundAll(stage);
    await withListing(stage, { stock: 1 }, async (listingId) => {
      const before = await Promise.all(stage.buyers.map(holdingsOf));
      const answers = await Promise.all(stage.buyers.map((buyer) => place(buyer, { listingId })));
      const won = winners(answers, { count: 1, codes: stockGone });
      for (const [index, buyer] of stage.buyers.entries())
        await holdMoved(buyer, before[index] ?? noMove, answers[index]?.code === null ? paid : noMove);
      hold((await listingNow(stage, listingId)).stock === 0, 'nothing is left');
      await cancelAll(stage, won);
      hold((await listingNow(stage, listingId)).stock === 1, 'what was cancelled is back on sale');
    });
  },
};

const lastUnits: Race = {
  name: 'of a few units as many are sold as there were, and stock never falls below none',
  run: async (stage) => {
    await fundAll(stage);
    const stock = Math.floor(stage.buyers.length / 3);
    await withListing(stage, { stock }, async (listingId) => {
      const answers = await Promise.all(stage.buyers.map((buyer) => place(buyer, { listingId })));
      const won = winners(answers, { count: stock, codes: stockGone });
      hold((await listingNow(stage, listingId)).stock === 0, 'nothing is left');
      await cancelAll(stage, won);
      hold((await listingNow(stage, listingId)).stock === stock, 'what was cancelled is back on sale');
    });
  },
};

const stockEdit: Race = {
  name: 'the seller sets another stock while all buy: no sale is overwritten and none is made twice',
  run: async (stage) => {
    await fundAll(stage);
    await withListing(stage, { stock: stockAtFirst }, async (listingId) => {
      const more = stockAtFirst + 3;
      const edited = { ...listingTerms, listingId, version: 1, stock: more, stockSeen: stockAtFirst };
      const buying = stage.buyers.map((buyer) => place(buyer, { listingId }));
      const [edit, ...answers] = await Promise.all([stage.seller.tell('listings.update', edited), ...buying]);
      const isEdited = edit.code === null;
      hold(isEdited || edit.code === 'stock_changed', 'the edit is done or refused', edit);
      const there = Math.min(isEdited ? more : stockAtFirst, stage.buyers.length);
      const won = winners(answers, { count: there, codes: stockGone });
      const left = (isEdited ? more : stockAtFirst) - there;
      hold((await listingNow(stage, listingId)).stock === left, 'stock is what the edit and the sales leave');
      await cancelAll(stage, won);
    });
  },
};

const priceEdit: Race = {
  name: 'the seller sets another price while all buy: everybody pays the price that they saw, or nothing',
  run: async (stage) => {
    await fundAll(stage);
    await withListing(stage, { stock: null }, async (listingId) => {
      const before = await Promise.all(stage.buyers.map(holdingsOf));
      const dearer = {
        ...listingTerms,
        listingId,
        version: 1,
        priceMinor: 2n * priceMinor,
        stock: null,
        stockSeen: null,
      };
      const buying = stage.buyers.map((buyer) => place(buyer, { listingId }));
      const [edit, ...answers] = await Promise.all([stage.seller.tell('listings.update', dearer), ...buying]);
      hold(edit.code === null, 'the edit is done', edit);
      const count = answers.filter(({ code }) => code === null).length;
      const won = winners(answers, { count, codes: ['listing_changed'] });
      for (const [index, buyer] of stage.buyers.entries())
        await holdMoved(buyer, before[index] ?? noMove, answers[index]?.code === null ? paid : noMove);
      const now = await listingNow(stage, listingId);
      hold(now.version === 2 && now.priceMinor === 2n * priceMinor, 'the listing is as it was edited', now);
      await cancelAll(stage, won);
    });
  },
};

const doubleClick: Race = {
  name: 'the same purchase sent again and again at once is one order, and everybody gets the same answer',
  run: async (stage) => {
    const buyer = firstBuyer(stage);
    await stage.fund(buyer, priceMinor);
    await withListing(stage, { stock: stockAtFirst }, async (listingId) => {
      const before = await holdingsOf(buyer);
      const key = randomUUID();
      const answers = await atOnce(stage, () => place(buyer, { listingId, key }));
      const won = winners(answers, { count: answers.length, codes: [] });
      hold(new Set(won.map((each) => orderReceipt.parse(each).orderId)).size === 1, 'it is one order', won);
      hold((await listingNow(stage, listingId)).stock === stockAtFirst - 1, 'one unit is gone');
      await holdMoved(buyer, before, paid);
      const other = await place(buyer, { listingId, key, quantity: 2 });
      hold(other.code === 'idempotency_key_reused', 'the same key for something else is refused', other);
      await cancelAll(stage, won.slice(0, 1));
      await holdMoved(buyer, before, noMove);
    });
  },
};

export const stockRaces: readonly Race[] = [lastUnit, lastUnits, stockEdit, priceEdit, doubleClick];

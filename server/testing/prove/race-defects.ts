import type { Defect } from './planting.ts';

/** What would let more than one win where only one may. */
export const raceDefects: readonly Defect[] = [
  {
    name: 'nobody waits for a listing that somebody else is buying',
    source: {
      file: 'server/market/orders/purchase-facts.ts',
      search: 'FOR NO KEY UPDATE)',
      replacement: ')',
    },
    red: ['market/orders/stock-races'],
  },
  {
    name: 'nobody waits for an order that somebody else is moving',
    source: {
      file: 'server/market/orders/order-locks.ts',
      search: 'FOR NO KEY UPDATE OF held`);',
      replacement: '`);',
    },
    red: ['market/orders/step-races', 'market/orders/timer-races'],
  },
  {
    name: 'a step that waited for its order keeps the last move that it read before',
    source: {
      file: 'server/market/orders/order-locks.ts',
      search: 'lastState === order.state ? read : await lastMove(tx, orderId)',
      replacement: 'read',
    },
    red: ['market/orders/step-races'],
  },
  {
    name: 'a purchase that waited for its listings keeps what it read before',
    source: {
      file: 'server/market/orders/purchase-facts.ts',
      search: 'read.some(({ isStale }) => isStale === true) ? await readFacts(tx, wanted) : read',
      replacement: 'read',
    },
    red: ['market/orders/stock-races'],
  },
  {
    name: 'a step does not ask where its order is',
    source: {
      file: 'server/market/orders/process-rules.ts',
      search: 'ofActor.find((rule) => rule.from === step.state)',
      replacement: 'ofActor[0]',
    },
    red: ['market/orders/step-races', 'market/orders/process-rules'],
  },
  {
    name: 'nobody waits for a cart that is being bought',
    source: {
      file: 'server/market/cart/carts.ts',
      search: 'SELECT id FROM cart WHERE ${condition} FOR UPDATE`',
      replacement: 'SELECT id FROM cart WHERE ${condition}`',
    },
    red: ['market/cart/wallet-races'],
  },
  {
    name: 'nobody waits for a coupon that somebody else is using',
    source: {
      file: 'server/market/discounts/coupons.ts',
      search: 'ORDER BY id FOR NO KEY UPDATE`;',
      replacement: 'ORDER BY id`;',
    },
    red: ['market/discounts/coupon-races'],
  },
  {
    name: 'a purchase does not mark the offer that it was made by',
    source: {
      file: 'server/market/orders/purchases.ts',
      search: 'await useOffers(tx, input, agreed.offers);',
      replacement: '',
    },
    red: ['market/offers/offer-races'],
  },
  {
    name: 'an offer is read before anybody waits for it',
    source: {
      file: 'server/market/offers/offer-moves.ts',
      search: `const listing = await lockListing(tx, known.listingId);
  const offer = await lockOffer(tx, offerId);`,
      replacement: `const row = await tx.offer.findUnique({ where: { id: offerId }, select: offerColumns });
  const offer = row === null ? null : { ...row, state: storedOfferWords.state.parse(row.state) };
  const listing = await lockListing(tx, known.listingId);`,
    },
    red: ['market/offers/offer-races'],
  },
  {
    name: 'a purchase does not look whether it was made before',
    source: {
      file: 'server/market/orders/purchases.ts',
      search: 'if (facts.known !== null) return repeatedReceipt(facts.known, hash);',
      replacement: '',
    },
    red: ['market/orders/stock-races'],
  },
  {
    name: 'texts are taken with characters that PostgreSQL keeps in none',
    source: {
      file: 'server/market/schema.ts',
      search: 'text.isWellFormed() && !controlCharacters.test(text)',
      replacement: 'text !== controlCharacters.source',
    },
    red: ['api/market-fuzz'],
  },
];

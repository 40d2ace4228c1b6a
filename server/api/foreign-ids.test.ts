import { TRPCError } from '@trpc/server';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCredential } from '#server/citizens/credentials.ts';
import { openSession } from '#server/citizens/sessions.ts';
import type { Limits } from '#server/platform/rate-limit.ts';
import { addToCart } from '#server/market/cart/carts.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testContext } from '#server/testing/context.ts';
import { goodsFile, testImports } from '#server/testing/imports.ts';
import type { TestCitizen, TestMarket } from '#server/testing/market.ts';
import { testPeers, type TestPeers } from '#server/testing/peer-transfers.ts';
import { bounded } from '#server/testing/bounded.ts';
import { issueCoupon, runSale } from '#server/testing/discounts.ts';
import { testOffers } from '#server/testing/offers.ts';
import { testPeople } from '#server/testing/people.ts';
import { procedureTable } from '#server/testing/procedures.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { appRouter, createCaller } from './root.ts';

const swaps = 10_000;
const atOnce = 16;
const seed = Date.now() % 1_000_000;

const words = 'Because it is not mine.';
const terms = { title: 'Taken over', description: words, category: 'glass', priceMinor: 1n, stock: 1 } as const;

const named = { unitPriceMinor: 1n, quantity: 1, note: null } as const;

/** For each procedure of citizens that names a row: a valid input about the row of someone else. */
const inputs: Record<string, (id: string) => object> = {
  'cart.accept': (itemId) => ({ itemId }),
  'cart.applyCoupon': (sellerId) => ({ sellerId, code: 'THEIRS' }),
  'cart.continue': (topUpId) => ({ topUpId }),
  'cart.setQuantity': (itemId) => ({ itemId, quantity: 1 }),
  'credentials.end': (credentialId) => ({ credentialId }),
  'discounts.endCoupon': (couponId) => ({ couponId }),
  'discounts.endSale': (saleId) => ({ saleId }),
  'ducatRequests.byId': (requestId) => ({ requestId }),
  'ducatRequests.pay': (requestId) => ({ requestId }),
  'ducatRequests.decline': (requestId) => ({ requestId }),
  'ducatRequests.withdraw': (requestId) => ({ requestId }),
  'imports.start': (importId) => ({ importId, rule: 'update' }),
  'imports.byId': (importId) => ({ importId }),
  'imports.cancel': (importId) => ({ importId }),
  'imports.report': (importId) => ({ importId, kind: 'problems' }),
  'imports.undo': (importId) => ({ importId }),
  'gifts.byId': (orderId) => ({ orderId }),
  'listings.update': (listingId) => ({ ...terms, listingId, version: 1, stockSeen: 1 }),
  'listings.archive': (listingId) => ({ listingId }),
  'listings.orderContent': (orderId) => ({ orderId }),
  'listings.ownContent': (listingId) => ({ listingId }),
  'listings.pause': (listingId) => ({ listingId }),
  'listings.republish': (listingId) => ({ listingId }),
  'messages.byId': (threadId) => ({ threadId }),
  'messages.markRead': (threadId) => ({ threadId, sequence: 1 }),
  'messages.newest': (threadId) => ({ threadId }),
  'messages.ofOrder': (orderId) => ({ orderId }),
  'messages.showAnswer': (messageId) => ({ messageId, isShown: true }),
  'messages.write': (threadId) => ({ threadId, text: words, key: systemIds.uuid() }),
  'messages.writeToOrder': (orderId) => ({ orderId, text: words, key: systemIds.uuid() }),
  'notifications.markRead': (notificationId) => ({ notificationId }),
  'offers.accept': (offerId) => ({ offerId, sequence: 1, key: systemIds.uuid() }),
  'offers.byId': (offerId) => ({ offerId }),
  'offers.counter': (offerId) => ({ offerId, sequence: 1, key: systemIds.uuid(), ...named }),
  'offers.decline': (offerId) => ({ offerId, sequence: 1, key: systemIds.uuid() }),
  'offers.withdraw': (offerId) => ({ offerId, sequence: 1, key: systemIds.uuid() }),
  'orders.accept': (orderId) => ({ orderId }),
  'orders.agree': (orderId) => ({ orderId, sequence: 1 }),
  'orders.byId': (orderId) => ({ orderId }),
  'orders.lineAsBought': (orderId) => ({ orderId, line: 1 }),
  'orders.decline': (orderId) => ({ orderId, note: words }),
  'orders.propose': (orderId) => ({ orderId, backMinor: 1n, note: words }),
  'orders.refundAll': (orderId) => ({ orderId, note: words }),
  'orders.refundPart': (orderId) => ({ orderId, amountMinor: 1n, note: words, key: orderId }),
  'orders.deliver': (orderId) => ({ orderId, note: words }),
  'orders.confirm': (orderId) => ({ orderId }),
  'orders.cancel': (orderId) => ({ orderId, note: words }),
  'orders.dispute': (orderId) => ({ orderId, reason: words }),
  'peerTransfers.byId': (peerTransferId) => ({ peerTransferId }),
  'refunds.ofTopUp': (topUpId) => ({ topUpId }),
  'refunds.request': (topUpId) => ({ topUpId, priceMinor: null, key: topUpId }),
  'selling.setThreshold': (listingId) => ({ listingId, threshold: 1 }),
  'search.forget': (savedSearchId) => ({ savedSearchId }),
  'reviews.answer': (reviewId) => ({ reviewId, text: words }),
  'reviews.ofOrder': (orderId) => ({ orderId }),
  'reviews.write': (orderId) => ({ orderId, stars: 1, text: words }),
  'security.removePasskey': (passkeyId) => ({ passkeyId }),
  'security.renamePasskey': (passkeyId) => ({ passkeyId, name: 'Taken over' }),
  'session.end': (sessionId) => ({ sessionId }),
  'topUps.byId': (topUpId) => ({ topUpId }),
};

/** What anyone may name, and why that gives nothing away. */
const open: Record<string, string> = {
  'cart.add': 'one wants the listings of others',
  'cart.ofTopUp': 'null for what is not one’s own',
  'cart.remove': 'what is not in one’s own cart is not there already; see carts.test',
  'cart.removeCoupon': 'what is not in one’s own cart is not there already; see discounts.test',
  'discounts.findCoupon': 'one wants the listings of others; a code that is not known is asked about in discounts.test',
  'blocks.set': 'one blocks others',
  'listings.byId': 'listings are public',
  'messages.ask': 'one asks about the listings of others',
  'messages.shownQuestions': 'shown to everybody',
  'reports.file': 'one reports what others published; what one cannot see is asked about in moderation.test',
  'reviews.ofListing': 'shown to everybody',
  'reviews.ofSeller': 'shown to everybody',
  'notifications.list': 'where a page of one’s own goes on',
  'offers.agreedOn': 'none where the listing is somebody else’s; see agreed-versions.test',
  'offers.forListing': 'null where one has made none oneself',
  'offers.make': 'one offers for the listings of others',
  'sitemap.page': 'listings are public',
  'sandbox.mail': 'a sandbox shows every letter',
  'viewed.remember': 'one looks at the listings of others',
  'wishlist.put': 'one wants the listings of others',
  'wishlist.remove': 'what is not on one’s own list is not there already; see wishlist.test',
  'orders.place': 'one buys the listings of others',
};

describe('ids of other citizens', () => {
  let market: TestPeers;
  let stranger: TestCitizen;
  let foreignIds: string[];

  beforeAll(async () => {
    market = await testPeers();
    stranger = await market.citizen({ ducatsMinor: 100_000n });
    foreignIds = await plantRows(market);
  });

  it('are asked about at every procedure that takes one', () => {
    const taking = procedureTable(appRouter).filter(
      ({ meta, idFields }) => !Array.isArray(meta?.access) && idFields.length > 0,
    );
    expect(taking.map(({ path }) => path).sort()).toEqual([...Object.keys(inputs), ...Object.keys(open)].sort());
  });

  it(`are never found, in ${String(swaps)} random swaps, and nothing of theirs changes (seed ${String(seed)})`, async () => {
    const before = await snapshot(market);
    const caller: unknown = createCaller({ ...testContext(market, testPrincipal(stranger)), limits: unlimited });
    const swap = fc.record({
      path: fc.constantFrom(...Object.keys(inputs)),
      id: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...foreignIds) }, { weight: 1, arbitrary: fc.uuid() }),
    });
    const calls = fc.sample(swap, { seed, numRuns: swaps });
    const leaks: string[] = [];
    await bounded(atOnce, calls, async ({ path, id }) => {
      const outcome = await outcomeOf(caller, { path, input: inputs[path]?.(id) });
      if (outcome !== 'NOT_FOUND') leaks.push(`${path} of ${id}: ${outcome}`);
    });
    expect(leaks).toEqual([]);
    expect(await snapshot(market)).toEqual(before);
  }, 120_000);
});

/** Counting ten thousand calls of one citizen is not what is looked at here. */
const unlimited: Limits = {
  take: () => Promise.resolve({ limit: 1, remaining: 1, resetSeconds: 1 }),
  isShared: () => false,
  close: () => Promise.resolve(),
};

async function outcomeOf(caller: unknown, call: { path: string; input: unknown }): Promise<string> {
  const procedure = call.path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], caller);
  try {
    await (procedure as (input: unknown) => Promise<unknown>)(call.input);
    return 'answered';
  } catch (error) {
    return error instanceof TRPCError ? error.code : 'defect';
  }
}

/** Rows of two other citizens, in every state in which a stranger could want them; answers their ids. */
async function plantRows(market: TestPeers): Promise<string[]> {
  const [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 1_000_000n })];
  const ids: string[] = [];
  const people = testPeople(market);
  for (let number = 0; number < 5; number += 1) {
    const { listingId } = await market.listing(seller);
    const [open, delivered] = [await market.buy(buyer, { listingId }), await market.buy(buyer, { listingId })];
    await market.step({ orderId: delivered.orderId, visitor: seller, action: 'deliver' });
    const { offerId } = await testOffers(market).make(buyer, { listingId });
    ids.push(offerId);
    const item = { listingId, variantId: null, quantity: 1 };
    const owner = { citizenId: buyer.citizenId };
    const { itemId } = await market.database.inTransaction((tx) =>
      addToCart(tx, { owner, item, clock: market.clock, ids: systemIds }),
    );
    ids.push(itemId);
    const question = await people.ask(buyer, listingId);
    const answer = await people.write(seller, question.threadId);
    const message = await people.writeToOrder(buyer, open.orderId);
    const completed = await people.completedOrder(seller, buyer, listingId);
    const [{ reviewId }] = [await people.review(buyer, completed), await people.review(seller, completed)];
    ids.push(question.threadId, question.messageId, answer.messageId, message.threadId, message.messageId, reviewId);
    ids.push(completed);
    const client = { device: '', place: '' };
    const session = { citizenId: buyer.citizenId, role: 'citizen', method: 'venice', isSecondFactor: false } as const;
    const { sessionId } = await market.database.inTransaction((tx) =>
      openSession(tx, { ...session, client, clock: market.clock, ids: systemIds }),
    );
    await market.database.client.citizen.update({ where: { id: buyer.citizenId }, data: { hasSecondFactor: true } });
    const wanted = {
      citizenId: buyer.citizenId,
      name: 'A program',
      rights: 'read',
      days: 30,
      mode: 'sandbox',
    } as const;
    const { credentialId } = await market.database.inTransaction((tx) =>
      makeCredential(tx, { ...wanted, clock: market.clock, ids: systemIds }),
    );
    ids.push(credentialId);
    ids.push(await runSale(market, seller), await issueCoupon(market, seller, { code: `NUMBER-${String(number)}` }));
    ids.push(listingId, open.orderId, delivered.orderId, sessionId, seller.citizenId, buyer.citizenId);
  }
  const { requestId } = await market.ask(seller, buyer, { amountMinor: 5_00n });
  const paid = await market.ask(seller, buyer, { amountMinor: 6_00n });
  const { peerTransferId } = await market.pay(buyer, paid.requestId);
  const imports = testImports(market);
  const { id: importId } = await imports.send(seller, goodsFile(2));
  ids.push(requestId, paid.requestId, peerTransferId, importId);
  return ids;
}

/** Everything that a stranger's call could have changed. */
async function snapshot({ database: { client } }: TestMarket): Promise<unknown> {
  const byId = { orderBy: { id: 'asc' }, take: 100 } as const;
  return {
    orders: await client.marketOrder.findMany(byId),
    listings: await client.listing.findMany(byId),
    sessions: await client.session.findMany(byId),
    credentials: await client.apiCredential.findMany(byId),
    requests: await client.ducatRequest.findMany(byId),
    transfers: await client.peerTransfer.findMany(byId),
    threads: await client.thread.findMany({ ...byId, include: { parties: true } }),
    messages: await client.message.findMany({ ...byId, include: { shownAs: true } }),
    reviews: await client.review.findMany(byId),
    cart: await client.cartItem.findMany(byId),
    offers: await client.offer.findMany({ ...byId, include: { events: true } }),
    sales: await client.sale.findMany(byId),
    coupons: await client.coupon.findMany(byId),
    watched: await client.stockWatch.findMany({ orderBy: { listingId: 'asc' }, take: 100 }),
    listingImport: await client.listingImport.findMany(byId),
  };
}

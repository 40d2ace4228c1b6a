import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeAccount } from '#server/citizens/closing.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { marketClosing } from '#server/market/account.ts';
import { updateListing, pauseListing } from '#server/market/catalogue/listings.ts';
import { expireOffers } from '#server/market/offers/offer-jobs.ts';
import { offerForParty, offersOf, offersWaiting, openOfferFor } from '#server/market/offers/offer-queries.ts';
import { offerLimits } from '#server/market/offers/offer-rules.ts';
import type { OfferReceipt } from '#server/market/offers/offer-schema.ts';
import { blockCitizen } from '#server/market/people/blocking.ts';
import { systemIds } from '#server/platform/ids.ts';
import { defaultTerms, testMarket, testSecret, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testOffers, type TestOffers } from '#server/testing/offers.ts';

const connections = 16;
const hourMs = 3_600_000;
let market: TestMarket;
let offers: TestOffers;

beforeAll(async () => {
  market = await testMarket();
  offers = testOffers(market);
});

interface Scene {
  seller: TestCitizen;
  buyer: TestCitizen;
  listingId: string;
  offerId: string;
}

/** An offer of 20 ducats each for two of a listing that asks 34. */
async function offered(terms: Parameters<TestMarket['listing']>[1] = {}): Promise<Scene> {
  const [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 500_00n })];
  const { listingId } = await market.listing(seller, terms);
  const { offerId } = await offers.make(buyer, { listingId, quantity: 2 });
  return { seller, buyer, listingId, offerId };
}

async function agreed(): Promise<Scene> {
  const scene = await offered();
  await offers.take(scene.seller, { offerId: scene.offerId, action: 'accept' });
  return scene;
}

const seen = ({ citizenId }: TestCitizen, offerId: string) =>
  offerForParty(market.database.client, { offerId, citizenId, now: market.clock.now() });
const refusal = (code: string) => ({ code });
const buy = ({ buyer, listingId, offerId }: Scene, other: object = {}) =>
  market.buy(buyer, { listingId, offerId, ...other });

describe('an offer', () => {
  it('is told to the seller, goes to and fro, and each side sees the same rounds and its own buttons', async () => {
    const { seller, buyer, offerId } = await offered();
    await offers.take(seller, { offerId, action: 'counter', unitPriceMinor: 30_00n, note: '<b>Last</b> word' });
    await offers.take(buyer, { offerId, action: 'counter', unitPriceMinor: 25_00n, quantity: 3 });
    const [bought, sold] = [await seen(buyer, offerId), await seen(seller, offerId)];
    expect(bought).toMatchObject({ state: 'seller_turn', viewer: 'buyer', actions: ['withdraw'], roundsLeft: 7 });
    expect(sold).toMatchObject({ viewer: 'seller', actions: ['accept', 'counter', 'decline'], orderId: null });
    expect(sold).toMatchObject({ unitPriceMinor: 25_00n, quantity: 3, listing: { askedMinor: 34_00n, problem: null } });
    expect(sold.events.map(({ action, actor, unitPriceMinor, note }) => [action, actor, unitPriceMinor, note])).toEqual(
      [
        ['offer', 'buyer', 20_00n, null],
        ['counter', 'seller', 30_00n, '<b>Last</b> word'],
        ['counter', 'buyer', 25_00n, null],
      ],
    );
    expect(await offers.told(seller)).toEqual(['offer_received', 'offer_countered']);
    expect(await offers.told(buyer)).toEqual(['offer_countered']);
  });

  it('takes ten prices and no eleventh, and holds neither stock nor money', async () => {
    const { seller, buyer, offerId, listingId } = await offered();
    for (let round = 2; round <= 10; round += 1) {
      const by = round % 2 === 0 ? seller : buyer;
      await offers.take(by, { offerId, action: 'counter', unitPriceMinor: BigInt(round) });
    }
    await expect(offers.take(buyer, { offerId, action: 'counter' })).rejects.toMatchObject(
      refusal('offer_rounds_used'),
    );
    expect(await seen(buyer, offerId)).toMatchObject({ roundsLeft: 0, actions: ['accept', 'decline', 'withdraw'] });
    const { stock } = await market.database.client.listing.findUniqueOrThrow({ where: { id: listingId } });
    expect([stock, await market.balance(buyer.citizenId, 'wallet')]).toEqual([5, 500_00n]);
  });

  it('is nobody else’s, and is answered only by whoever’s turn it is and has read the last', async () => {
    const { seller, buyer, offerId } = await offered();
    const stranger = await market.citizen();
    for (const action of ['accept', 'counter', 'decline', 'withdraw'] as const)
      await expect(offers.take(stranger, { offerId, action })).rejects.toMatchObject(refusal('offer_not_found'));
    await expect(seen(stranger, offerId)).rejects.toMatchObject(refusal('offer_not_found'));
    await expect(offers.take(buyer, { offerId, action: 'accept' })).rejects.toMatchObject(
      refusal('offer_not_your_turn'),
    );
    await expect(offers.take(seller, { offerId, action: 'withdraw' })).rejects.toMatchObject(
      refusal('offer_not_your_turn'),
    );
    await offers.take(seller, { offerId, action: 'counter' });
    await expect(offers.take(buyer, { offerId, action: 'accept', sequence: 1 })).rejects.toMatchObject(
      refusal('offer_moved_on'),
    );
    await expect(seen(buyer, randomUUID())).rejects.toMatchObject(refusal('offer_not_found'));
  });

  it('answers a repetition of every step as the first time, and other contents with a refusal', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen()];
    const { listingId } = await market.listing(seller);
    const [key, next] = [randomUUID(), randomUUID()];
    const made = await Promise.all(Array.from({ length: 8 }, () => offers.make(buyer, { listingId, key })));
    expect(new Set(made.map(({ offerId }) => offerId)).size).toBe(1);
    const { offerId } = made[0] as OfferReceipt;
    await expect(offers.make(buyer, { listingId, key, quantity: 2 })).rejects.toMatchObject(
      refusal('idempotency_key_reused'),
    );
    const counter = { offerId, action: 'counter', sequence: 1, key: next } as const;
    const countered = await Promise.all(Array.from({ length: 8 }, () => offers.take(seller, counter)));
    expect(new Set(countered.map(({ sequence }) => sequence))).toEqual(new Set([2]));
    await expect(offers.take(seller, { ...counter, quantity: 2 })).rejects.toMatchObject(
      refusal('idempotency_key_reused'),
    );
    expect((await seen(buyer, offerId)).events).toHaveLength(2);
    expect(await offers.told(buyer)).toEqual(['offer_countered']);
  });

  it.each<[string, object, object]>([
    ['offer_above_price', {}, { unitPriceMinor: 34_01n }],
    ['insufficient_stock', {}, { quantity: 6 }],
    ['sold_out', { stock: 0 }, {}],
    ['offers_not_taken', { takesOffers: false }, {}],
    ['listing_withdrawn', { isDraft: true }, {}],
    ['listing_changed', {}, { listingVersion: 2 }],
    ['variant_unavailable', {}, { variantId: randomUUID() }],
    ['listing_not_found', {}, { listingId: randomUUID() }],
  ])('is refused: %s', async (code, terms, wish) => {
    const [seller, buyer] = [await market.citizen(), await market.citizen()];
    const { listingId } = await market.listing(seller, terms);
    await expect(offers.make(buyer, { listingId, ...wish })).rejects.toMatchObject(refusal(code));
    await expect(offers.make(seller, { listingId })).rejects.toMatchObject(refusal('own_listing'));
  });
});

describe('limits', () => {
  it('let one offer be open for a listing, also when many come at once, and the next after it is over', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen()];
    const { listingId } = await market.listing(seller);
    const made = await Promise.allSettled(Array.from({ length: connections }, () => offers.make(buyer, { listingId })));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of made)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(refusal('offer_open_already'));
    const own = await openOfferFor(market.database.client, {
      ...{ listingId, citizenId: buyer.citizenId, now: market.clock.now() },
    });
    await offers.take(buyer, { offerId: own?.offerId ?? '', action: 'withdraw' });
    expect((await offers.make(buyer, { listingId })).state).toBe('seller_turn');
  });

  it('let twenty be open, and forty be made in a day', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen()];
    const listings = [];
    for (let number = 0; number <= offerLimits.openOfBuyerMax; number += 1) listings.push(await market.listing(seller));
    const made = await Promise.allSettled(listings.map(({ listingId }) => offers.make(buyer, { listingId })));
    const open = made.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.offerId] : []));
    expect(open).toHaveLength(offerLimits.openOfBuyerMax);
    for (const outcome of made)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(refusal('offer_limit'));
    await offers.take(buyer, { offerId: open.pop() ?? '', action: 'withdraw' });
    const { listingId } = await market.listing(seller);
    for (let number = offerLimits.openOfBuyerMax; number < offerLimits.perDayMax; number += 1) {
      const { offerId } = await offers.make(buyer, { listingId });
      await offers.take(buyer, { offerId, action: 'withdraw' });
    }
    await expect(offers.make(buyer, { listingId })).rejects.toMatchObject(refusal('offer_limit_day'));
  });
});

describe('an accepted offer', () => {
  it('is a price for its buyer, up to its quantity, once: the order, its escrow and its line say so', async () => {
    const scene = await agreed();
    const { seller, buyer, offerId } = scene;
    expect(await offers.told(buyer)).toEqual(['offer_accepted']);
    expect(await offersWaiting(market.database.client, { citizenId: buyer.citizenId, now: market.clock.now() })).toBe(
      1,
    );
    const { orderId, totalMinor } = await buy(scene, { quantity: 2 });
    expect(totalMinor).toBe(40_00n);
    expect(await market.balance(orderId, 'escrow')).toBe(40_00n);
    expect(await seen(seller, offerId)).toMatchObject({ state: 'used', orderId, actions: [], deadlineAt: null });
    await expect(buy(scene)).rejects.toMatchObject(refusal('offer_not_open'));
    expect(await checkLedger(market.database.client)).toMatchObject({ ok: true });
  });

  it(`used ${String(connections)} times at once buys exactly once`, async () => {
    const scene = await agreed();
    const used = await Promise.allSettled(Array.from({ length: connections }, () => buy(scene)));
    expect(used.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of used)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(refusal('offer_not_open'));
    expect(await market.balance(scene.buyer.citizenId, 'wallet')).toBe(480_00n);
    expect(await market.database.client.marketOrder.count({ where: { buyerId: scene.buyer.citizenId } })).toBe(1);
  });

  it('sent again with its key answers with the order of the first time', async () => {
    const scene = await agreed();
    const key = randomUUID();
    const receipts = await Promise.all(Array.from({ length: connections }, () => buy(scene, { key })));
    expect(new Set(receipts.map(({ orderId }) => orderId)).size).toBe(1);
    await expect(market.buy(scene.buyer, { listingId: scene.listingId, key })).rejects.toMatchObject(
      refusal('idempotency_key_reused'),
    );
  });

  it('used and withdrawn at once: one wins, and the money follows it', async () => {
    for (let round = 0; round < 3; round += 1) {
      const scene = await agreed();
      const outcomes = await Promise.allSettled([
        buy(scene),
        offers.take(scene.buyer, { offerId: scene.offerId, action: 'withdraw' }),
      ]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const { state } = await seen(scene.buyer, scene.offerId);
      expect(await market.balance(scene.buyer.citizenId, 'wallet')).toBe(state === 'used' ? 480_00n : 500_00n);
    }
  });

  it('is nobody else’s, of no other thing, and of no more than was agreed', async () => {
    const scene = await agreed();
    const other = await market.citizen({ ducatsMinor: 500_00n });
    const { listingId } = await market.listing(scene.seller);
    await expect(buy({ ...scene, buyer: other })).rejects.toMatchObject(refusal('offer_not_found'));
    await expect(buy({ ...scene, listingId })).rejects.toMatchObject(refusal('offer_not_found'));
    await expect(buy({ ...scene, offerId: randomUUID() })).rejects.toMatchObject(refusal('offer_not_found'));
    await expect(buy(scene, { quantity: 3 })).rejects.toMatchObject(refusal('offer_quantity'));
    const waiting = await offered();
    await expect(buy(waiting)).rejects.toMatchObject(refusal('offer_not_open'));
    expect((await seen(scene.buyer, scene.offerId)).state).toBe('accepted');
  });

  it('of a variant is a price of that variant alone', async () => {
    const [seller, buyer] = [await market.citizen(), await market.citizen({ ducatsMinor: 500_00n })];
    const { listingId } = await market.listing(seller, {
      options: [{ name: 'Colour', values: ['red', 'blue'] }],
      variants: [
        { values: ['red'], priceMinor: 50_00n, stock: 5 },
        { values: ['blue'], priceMinor: 70_00n, stock: 5 },
      ],
    });
    const rows = await market.database.client.listingVariant.findMany({
      where: { listingId },
      orderBy: { position: 'asc' },
    });
    const [red, blue] = rows.map(({ id }) => id);
    await expect(offers.make(buyer, { listingId })).rejects.toMatchObject(refusal('variant_required'));
    const { offerId } = await offers.make(buyer, { listingId, variantId: red ?? '', unitPriceMinor: 40_00n });
    await offers.take(seller, { offerId, action: 'accept' });
    expect(await seen(buyer, offerId)).toMatchObject({ optionValues: ['red'], listing: { askedMinor: 50_00n } });
    const scene = { seller, buyer, listingId, offerId };
    await expect(buy(scene, { variantId: blue })).rejects.toMatchObject(refusal('offer_not_found'));
    expect((await buy(scene, { variantId: red })).totalMinor).toBe(40_00n);
  });
});

describe('what happens meanwhile', () => {
  it.each([
    ['listing_withdrawn', 'off_sale', pause],
    ['listing_changed', 'changed', change],
    ['sold_out', 'sold_out', sellOut],
  ] as const)('is said when it is answered or bought: %s', async (code, problem, happen) => {
    const [open, accepted] = [await offered(), await agreed()];
    for (const scene of [open, accepted]) await happen(scene);
    await expect(offers.take(open.seller, { offerId: open.offerId, action: 'accept' })).rejects.toMatchObject(
      refusal(code),
    );
    await expect(buy(accepted)).rejects.toMatchObject(refusal(code));
    expect((await seen(open.buyer, open.offerId)).listing.problem).toBe(problem);
    expect((await offers.take(open.buyer, { offerId: open.offerId, action: 'withdraw' })).state).toBe('withdrawn');
    expect((await seen(accepted.buyer, accepted.offerId)).state).toBe('accepted');
  });

  it('is nothing for 48 hours: it has expired, also before the worker ends it, which tells both once', async () => {
    const now = market.clock.now();
    const [open, accepted] = [await offered(), await agreed()];
    market.clock.set(new Date(market.clock.now().getTime() + 48 * hourMs));
    expect(await seen(open.buyer, open.offerId)).toMatchObject({ state: 'expired', actions: [], deadlineAt: null });
    await expect(buy(accepted)).rejects.toMatchObject(refusal('offer_not_open'));
    await expect(offers.take(open.seller, { offerId: open.offerId, action: 'accept' })).rejects.toMatchObject(
      refusal('offer_not_open'),
    );
    const deps = { database: market.database, clock: market.clock, ids: systemIds };
    await Promise.all([expireOffers(deps), expireOffers(deps)]);
    expect(await expireOffers(deps)).toBe(0);
    expect(await offers.told(open.seller)).toEqual(['offer_received', 'offer_ended']);
    expect(await offers.told(open.buyer)).toEqual(['offer_ended']);
    expect(await seen(accepted.buyer, accepted.offerId)).toMatchObject({ state: 'expired' });
    market.clock.set(now);
  });

  it('makes room for the next offer when its time is over and no worker has come', async () => {
    const now = market.clock.now();
    const { buyer, listingId, offerId } = await offered();
    market.clock.set(new Date(now.getTime() + 49 * hourMs));
    expect((await offers.make(buyer, { listingId })).offerId).not.toBe(offerId);
    expect(await seen(buyer, offerId)).toMatchObject({ state: 'expired' });
    market.clock.set(now);
  });

  it.each(['seller', 'buyer'] as const)('is a block by the %s: it ends, and no other begins', async (by) => {
    const scene = await agreed();
    const { seller, buyer, listingId, offerId } = scene;
    const pair = by === 'seller' ? [seller, buyer] : [buyer, seller];
    const tools = { clock: market.clock, ids: systemIds };
    const block = {
      by: pair[0]?.citizenId ?? '',
      citizenId: pair[1]?.citizenId ?? '',
      kind: 'block',
      isOn: true,
    } as const;
    await market.database.inTransaction((tx) => blockCitizen(tx, tools, { ...block, clock: market.clock }));
    expect(await seen(buyer, offerId)).toMatchObject({ state: 'ended', actions: [] });
    await expect(buy(scene)).rejects.toMatchObject(refusal('offer_not_open'));
    await expect(offers.make(buyer, { listingId })).rejects.toMatchObject(refusal('seller_unavailable'));
  });

  it('is that an account closes: offers on both sides end with it', async () => {
    const [sold, bought] = [await offered(), await offered()];
    const close = async ({ citizenId }: TestCitizen) => {
      const { username } = await market.database.client.citizen.findUniqueOrThrow({ where: { id: citizenId } });
      const closing = { clock: market.clock, ids: systemIds, secret: testSecret, parts: [marketClosing] };
      await market.database.inTransaction((tx) => closeAccount(tx, closing, { citizenId, confirmation: username }));
    };
    await close(sold.seller);
    await close(bought.buyer);
    expect(await seen(sold.buyer, sold.offerId)).toMatchObject({ state: 'ended' });
    expect(await seen(bought.seller, bought.offerId)).toMatchObject({ state: 'ended' });
    const { items } = await offersOf(market.database.client, {
      ...{ citizenId: bought.seller.citizenId, now: market.clock.now(), list: 'received', limit: 10 },
    });
    expect(items.map(({ id }) => id)).toEqual([bought.offerId]);
  });
});

async function pause({ seller, listingId }: Scene): Promise<void> {
  const tools = { clock: market.clock, ids: systemIds };
  await market.database.inTransaction((tx) => pauseListing(tx, { ...tools, sellerId: seller.citizenId, listingId }));
}

async function change({ seller, listingId }: Scene): Promise<void> {
  const listing = { ...defaultTerms, listingId, version: 1, stockSeen: 5, priceMinor: 33_00n };
  const tools = { clock: market.clock, ids: systemIds };
  await market.database.inTransaction((tx) => updateListing(tx, { ...tools, sellerId: seller.citizenId, listing }));
}

async function sellOut({ listingId }: Scene): Promise<void> {
  await market.buy(await market.citizen({ ducatsMinor: 500_00n }), { listingId, quantity: 5 });
}

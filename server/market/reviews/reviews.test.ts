import pino from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sellerRating, wrongRatings } from './ratings.ts';
import { ageSellerRatings, checkListingRatings, showDueReviews } from './review-jobs.ts';
import { purchasesToReview, reviewsBy, reviewsOfListing, reviewsOfOrder } from './review-queries.ts';
import { answerReview, setReviewHidden } from './reviews.ts';
import { storefrontOf } from '#server/market/search/storefront-queries.ts';
import { openStorefront } from '#server/market/search/storefronts.ts';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import { testMarket, type TestCitizen, type TestMarket } from '#server/testing/market.ts';
import { testPeople } from '#server/testing/people.ts';

const dayMs = 86_400_000;
const logged: string[] = [];
once('log', () => pino({}, { write: (line: string) => logged.push(line) }));
let market: TestMarket;
let people: ReturnType<typeof testPeople>;
let seller: TestCitizen;
let buyer: TestCitizen;
let listingId: string;
let orderId: string;
let passedMs = 0;

beforeAll(async () => {
  market = await testMarket();
  people = testPeople(market);
});

beforeEach(async () => {
  seller = await market.citizen();
  buyer = await market.citizen({ ducatsMinor: 1_000_00n });
  ({ listingId } = await market.listing(seller, { stock: 50 }));
  orderId = await people.completedOrder(seller, buyer, listingId);
});

/** Time goes by for one test; the books take no ids of the future, so that the next one begins in the present again. */
function pass(milliseconds: number): void {
  passedMs += milliseconds;
  market.clock.advance(milliseconds);
}
afterEach(() => {
  market.clock.advance(-passedMs);
  passedMs = 0;
});

const tools = () => ({ clock: market.clock, ids: systemIds });
const deps = () => ({ database: market.database, ...tools() });
const seenBy = (visitor: TestCitizen) =>
  reviewsOfOrder(market.database.client, { orderId, visitor, now: market.clock.now() });
const ofListing = async () => (await reviewsOfListing(market.database.client, { listingId, limit: 50 })).items;
const hide = (reviewId: string, isHidden: boolean) =>
  market.database.inTransaction((tx) => setReviewHidden(tx, { reviewId, isHidden, ...tools() }));
const answer = (citizen: TestCitizen, reviewId: string, text = 'Thank you.') =>
  market.database.inTransaction((tx) => answerReview(tx, { citizenId: citizen.citizenId, reviewId, text, ...tools() }));

async function rating() {
  const row = await market.database.client.listing.findUniqueOrThrow({
    where: { id: listingId },
    select: { ratingCount: true, ratingSum: true },
  });
  expect(await wrongRatings(market.database.client)).toEqual([]);
  return [row.ratingCount, row.ratingSum];
}

describe('a review', () => {
  it('is read by its author alone until the other one wrote; then both are shown and counted', async () => {
    const first = await people.review(buyer, orderId, { stars: 4, text: 'A fine goblet.' });
    expect(first.isShown).toBe(false);
    expect(await seenBy(seller)).toMatchObject({ own: null, other: null, otherWrote: true, mayWrite: true });
    expect(await ofListing()).toEqual([]);
    expect(await rating()).toEqual([0, 0]);
    expect((await people.review(seller, orderId, { stars: 2 })).isShown).toBe(true);
    expect(await seenBy(seller)).toMatchObject({ other: { text: 'A fine goblet.', stars: 4 }, mayWrite: false });
    expect(await seenBy(buyer)).toMatchObject({ other: { stars: 2 }, own: { isShown: true } });
    expect(await ofListing()).toMatchObject([{ stars: 4, text: 'A fine goblet.' }]);
    expect(await rating()).toEqual([1, 4]);
    expect(await sellerRating(market.database.client, seller.citizenId)).toEqual({ reviews: 1, starsMilli: 4_000 });
    expect(await people.told(seller)).toEqual(['review_waiting', 'review_shown']);
    expect(await people.told(buyer)).toEqual(['review_shown']);
  });

  it('may be changed until it is shown, and never afterwards', async () => {
    await people.review(buyer, orderId, { stars: 1 });
    await people.review(buyer, orderId, { stars: 5, text: 'On a second look: perfect.' });
    await people.review(seller, orderId);
    expect(await rating()).toEqual([1, 5]);
    const late = people.review(buyer, orderId, { stars: 1 });
    await expect(late).rejects.toMatchObject({ kind: 'conflict', code: 'review_shown' });
    const again = await people.review(seller, orderId);
    expect(again.isShown).toBe(true);
    expect(await rating()).toEqual([1, 5]);
  });

  it('is shown by the job when seven days are over, not before, once, by two workers', async () => {
    await people.review(buyer, orderId, { stars: 3 });
    pass(7 * dayMs - 60_000);
    expect(await showDueReviews(deps())).toBe(0);
    expect(await rating()).toEqual([0, 0]);
    pass(60_000);
    const shown = await Promise.all([showDueReviews(deps()), showDueReviews(deps())]);
    expect(shown.sort()).toEqual([0, 1]);
    expect(await rating()).toEqual([1, 3]);
    await expect(people.review(seller, orderId)).rejects.toMatchObject({ code: 'review_window_over' });
  });

  it('of a buyer who comes late is shown at once, until sixty days are over', async () => {
    pass(8 * dayMs);
    expect((await people.review(buyer, orderId, { stars: 2 })).isShown).toBe(true);
    expect(await rating()).toEqual([1, 2]);
    pass(52 * dayMs);
    await expect(people.review(buyer, orderId)).rejects.toMatchObject({ code: 'review_shown' });
  });

  it('is written by nobody about an open, cancelled or refunded order, nor by strangers', async () => {
    const code = 'order_not_completed';
    const { orderId: open } = await market.buy(buyer, { listingId });
    await expect(people.review(buyer, open)).rejects.toMatchObject({ code });
    await market.step({ orderId: open, visitor: seller, action: 'cancel' });
    await expect(people.review(buyer, open)).rejects.toMatchObject({ code });
    const { orderId: refunded } = await market.buy(buyer, { listingId });
    await market.step({ orderId: refunded, visitor: buyer, action: 'dispute' });
    await market.step({
      orderId: refunded,
      visitor: await market.citizen({ role: 'operator' }),
      action: 'resolve_refund',
    });
    await expect(people.review(seller, refunded)).rejects.toMatchObject({ code });
    for (const stranger of [await market.citizen(), await market.citizen({ role: 'operator' })])
      await expect(people.review(stranger, orderId)).rejects.toMatchObject({ code: 'order_not_found' });
  });

  it('sent many times at once, by both, is one of each, and counted once', async () => {
    const answers = await Promise.allSettled([
      ...Array.from({ length: 5 }, () => people.review(buyer, orderId, { stars: 4 })),
      ...Array.from({ length: 5 }, () => people.review(seller, orderId, { stars: 5 })),
    ]);
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(await market.database.client.review.count({ where: { orderId } })).toBe(2);
    expect(await rating()).toEqual([1, 4]);
  });

  it('is answered once, by whoever is reviewed, when it is shown', async () => {
    const { reviewId } = await people.review(buyer, orderId);
    await expect(answer(seller, reviewId)).rejects.toMatchObject({ code: 'review_not_found' });
    await people.review(seller, orderId);
    await expect(answer(buyer, reviewId)).rejects.toMatchObject({ code: 'review_not_found' });
    await Promise.all([answer(seller, reviewId), answer(seller, reviewId)]);
    expect((await people.told(buyer)).filter((kind) => kind === 'review_answered')).toHaveLength(1);
    await expect(answer(seller, reviewId, 'Other words.')).rejects.toMatchObject({ code: 'review_answered' });
    expect(await ofListing()).toMatchObject([{ answer: 'Thank you.' }]);
  });
});

describe('a hidden review', () => {
  it('counts no longer and is read by its author alone, until it is shown again', async () => {
    const { reviewId } = await people.review(buyer, orderId, { stars: 1 });
    await people.review(seller, orderId);
    await Promise.all([hide(reviewId, true), hide(reviewId, true)]);
    expect(await rating()).toEqual([0, 0]);
    expect(await sellerRating(market.database.client, seller.citizenId)).toEqual({ reviews: 0, starsMilli: null });
    expect(await ofListing()).toEqual([]);
    expect((await seenBy(seller)).other).toBeNull();
    const own = await reviewsBy(market.database.client, { authorId: buyer.citizenId, limit: 5 });
    expect(own.items).toMatchObject([{ isHidden: true, stars: 1 }]);
    await hide(reviewId, false);
    expect(await rating()).toEqual([1, 1]);
  });

  it('before it is shown is not counted when its time comes', async () => {
    const { reviewId } = await people.review(buyer, orderId, { stars: 1 });
    await hide(reviewId, true);
    await people.review(seller, orderId);
    expect(await rating()).toEqual([0, 0]);
    await hide(reviewId, false);
    expect(await rating()).toEqual([1, 1]);
  });
});

describe('ratings', () => {
  it('follow many reviews that come at once', async () => {
    const orders = [orderId];
    for (let more = 0; more < 4; more += 1) orders.push(await people.completedOrder(seller, buyer, listingId));
    for (const each of orders) await people.review(seller, each);
    await Promise.all(orders.map((each, index) => people.review(buyer, each, { stars: index + 1 })));
    expect(await rating()).toEqual([5, 15]);
    expect(await sellerRating(market.database.client, seller.citizenId)).toEqual({ reviews: 5, starsMilli: 3_000 });
  });

  it('that were damaged are found and mended, and the others are left alone', async () => {
    await people.review(buyer, orderId, { stars: 4 });
    await people.review(seller, orderId);
    await market.database.client.listing.update({ where: { id: listingId }, data: { ratingCount: 3, ratingSum: 9 } });
    expect(await wrongRatings(market.database.client)).toEqual([
      { listingId, ratingCount: 3, ratingSum: 9, reviewCount: 1, reviewSum: 4 },
    ]);
    expect(await checkListingRatings(deps())).toBe(1);
    expect(logged.filter((line) => line.includes(listingId))).toHaveLength(1);
    expect(await rating()).toEqual([1, 4]);
    expect(await checkListingRatings(deps())).toBe(0);
  });

  it('of a seller age by the job, once a day: what is new weighs more than what is older', async () => {
    await people.review(buyer, orderId, { stars: 2 });
    await people.review(seller, orderId);
    const second = await people.completedOrder(seller, buyer, listingId);
    const shownAt = new Date(market.clock.now().getTime() - 45 * dayMs);
    await market.database.client.review.updateMany({ where: { orderId }, data: { shownAt } });
    await people.review(buyer, second, { stars: 5 });
    await people.review(seller, second);
    const ofSeller = () => sellerRating(market.database.client, seller.citizenId);
    // Weights of 1 and 7/8, then of 5/8 and 1/2.
    expect(await ofSeller()).toEqual({ reviews: 2, starsMilli: 3_600 });
    expect(await ageSellerRatings(deps())).toBe(0);
    pass(135 * dayMs);
    expect(await ageSellerRatings(deps())).toBeGreaterThan(0);
    expect(await ofSeller()).toEqual({ reviews: 2, starsMilli: 3_667 });
    expect(await ageSellerRatings(deps())).toBe(0);
    expect(await shownInStorefront()).toEqual({ reviews: 2, starsMilli: 3_667 });
  });

  /** Of the seller, where they present themselves. */
  async function shownInStorefront() {
    const { clock, database } = market;
    const { citizenId: sellerId } = seller;
    await database.inTransaction((tx) => openStorefront(tx, { sellerId, clock }));
    const { slug } = await database.client.storefront.findUniqueOrThrow({ where: { sellerId } });
    return (await storefrontOf(database.client, slug)).statistics.rating;
  }
});

describe('purchases to review', () => {
  it('are the completed ones of the last sixty days that the buyer said nothing about', async () => {
    const waiting = async () =>
      (await purchasesToReview(market.database.client, { buyerId: buyer.citizenId, now: market.clock.now() })).map(
        (purchase) => purchase.orderId,
      );
    const second = await people.completedOrder(seller, buyer, listingId);
    await market.buy(buyer, { listingId });
    expect((await waiting()).sort()).toEqual([orderId, second].sort());
    await people.review(buyer, second);
    expect(await waiting()).toEqual([orderId]);
    pass(60 * dayMs + 60_000);
    expect(await waiting()).toEqual([]);
  });
});

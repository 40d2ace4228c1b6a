import { lockListings } from '#server/market/catalogue/listing-locks.ts';
import { orderNotFound } from '#server/market/orders/order-steps.ts';
import { tell } from '#server/market/people/blocks.ts';
import { lockOrder, orderFacts, type OrderFacts } from '#server/market/people/order-facts.ts';
import { computeSellerRating, moveListingRatings } from '#server/market/reviews/ratings.ts';
import { blindUntil, isShownAtOnce, refuseReview, type ReviewRefusal } from '#server/market/reviews/review-rules.ts';
import { storedReviewWords } from '#server/market/reviews/review-schema.ts';
import type { ReviewSide } from '#server/market/reviews/review-schema.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { emit } from '#server/platform/outbox.ts';

interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface ReviewReceipt {
  reviewId: string;
  isShown: boolean;
}

/**
 * Writes what one party of a completed order says about the other, or changes it while nobody else reads it. When both
 * wrote, both are shown. Refuses: `order_not_found`, `order_not_completed`, `review_shown`, `review_window_over`.
 */
export async function writeReview(
  tx: Tx,
  input: Tools & { authorId: string; orderId: string; stars: number; text: string },
): Promise<ReviewReceipt> {
  const { order, reviews } = await lockReviews(tx, input.orderId);
  const side = order.buyerId === input.authorId ? 'buyer' : order.sellerId === input.authorId ? 'seller' : null;
  if (side === null) throw orderNotFound();
  const own = reviews.find((review) => review.side === side);
  const other = reviews.find((review) => review.side !== side);
  const { completedAt } = order;
  const now = input.clock.now();
  const refusal = refuseReview({ side, completedAt, isShown: own !== undefined && own.shownAt !== null, now });
  // The same words once more, after both were shown by them, are the same answer.
  if (refusal === 'review_shown' && own?.stars === input.stars && own.text === input.text)
    return { reviewId: own.id, isShown: true };
  if (refusal !== null || completedAt === null) throw refusals[refusal ?? 'order_not_completed']();

  const reviewId = own?.id ?? (await insert(tx, { input, order, side, completedAt }));
  const words = { stars: input.stars, text: input.text };
  if (own !== undefined)
    await tx.review.update({ where: { id: reviewId }, data: { ...words, updatedAt: now }, select: { id: true } });
  const isShown = isShownAtOnce({ otherWrote: other !== undefined, completedAt, now });
  if (isShown) await show(tx, input, order);
  else if (own === undefined) await invite(tx, { input, order, side });
  return { reviewId, isShown };
}

/** Shows what was written about an order whose blind days are over. False when there was nothing any more. */
export async function showDue(tx: Tx, input: Tools & { orderId: string }): Promise<boolean> {
  const { order, reviews } = await lockReviews(tx, input.orderId);
  const now = input.clock.now().getTime();
  if (!reviews.some(({ shownAt, dueAt }) => shownAt === null && dueAt.getTime() <= now)) return false;
  await show(tx, input, order);
  return true;
}

/** Whoever is reviewed answers once. Refuses: `review_not_found`, `review_answered`. */
export async function answerReview(
  tx: Tx,
  input: Tools & { citizenId: string; reviewId: string; text: string },
): Promise<void> {
  const { citizenId, reviewId, text } = input;
  const where = { id: reviewId, subjectId: citizenId, shownAt: { not: null }, hiddenAt: null };
  const data = { answer: text, answeredAt: input.clock.now() };
  const { count } = await tx.review.updateMany({ where: { ...where, answer: null }, data });
  const review = await tx.review.findFirst({
    where,
    select: { authorId: true, title: true, answer: true, orderId: true },
  });
  if (review === null) throw reviewNotFound();
  if (count === 0 && review.answer === text) return;
  if (count === 0) throw refuse('conflict', 'review_answered', 'You answered this review already.');
  const details = { title: review.title, order: review.orderId };
  await tell(tx, input, { citizenId: review.authorId, from: citizenId, kind: 'review_answered', details });
}

/**
 * Hides a review from all but its author, or shows it again, and has the ratings follow. Doing it twice changes nothing.
 * Refuses `review_not_found`.
 */
export async function setReviewHidden(tx: Tx, input: Tools & { reviewId: string; isHidden: boolean }): Promise<void> {
  const { reviewId, isHidden } = input;
  const known = await tx.review.findUnique({ where: { id: reviewId }, select: { orderId: true } });
  if (known === null) throw reviewNotFound();
  const { order, reviews } = await lockReviews(tx, known.orderId);
  const review = reviews.find(({ id }) => id === reviewId);
  if (review === undefined || (review.hiddenAt !== null) === isHidden) return;
  await tx.review.update({
    where: { id: reviewId },
    data: { hiddenAt: isHidden ? input.clock.now() : null },
    select: { id: true },
  });
  if (review.shownAt === null || review.side !== 'buyer') return;
  await moveListingRatings(tx, { ...review, reviewId, direction: isHidden ? -1 : 1 });
  await computeSellerRating(tx, { sellerId: order.sellerId, now: input.clock.now() });
}

/** Hides the answer to a review from all but who gave it, or shows it again. Doing it twice changes nothing. */
export async function setAnswerHidden(
  tx: Tx,
  { reviewId: id, isHidden, clock }: { reviewId: string; isHidden: boolean; clock: Clock },
): Promise<void> {
  const where = { id, answer: { not: null }, answerHiddenAt: isHidden ? null : { not: null } };
  await tx.review.updateMany({ where, data: { answerHiddenAt: isHidden ? clock.now() : null } });
}

/** Everything that stands still while reviews of an order are written or shown: listings, then the order. */
async function lockReviews(tx: Tx, orderId: string): Promise<{ order: OrderFacts; reviews: LockedReview[] }> {
  const seen = await orderFacts(tx, orderId);
  if (seen === null) throw orderNotFound();
  await lockListings(tx, seen.listingIds);
  await lockOrder(tx, orderId);
  const order = await orderFacts(tx, orderId);
  if (order === null) throw orderNotFound();
  const rows = await tx.review.findMany({ where: { orderId }, orderBy: { side: 'asc' }, select: reviewSelected });
  return { order, reviews: rows.map((row) => ({ ...row, side: storedReviewWords.side.parse(row.side) })) };
}

const reviewSelected = {
  id: true,
  side: true,
  stars: true,
  text: true,
  dueAt: true,
  shownAt: true,
  hiddenAt: true,
} as const;

interface LockedReview {
  id: string;
  side: ReviewSide;
  stars: number;
  text: string;
  dueAt: Date;
  shownAt: Date | null;
  hiddenAt: Date | null;
}

interface NewReview {
  input: Tools & { authorId: string; stars: number; text: string };
  order: OrderFacts;
  side: ReviewSide;
  completedAt: Date;
}

async function insert(tx: Tx, { input, order, side, completedAt }: NewReview): Promise<string> {
  const [id, now] = [input.ids.uuid(), input.clock.now()];
  const { orderId, title } = order;
  const subjectId = side === 'buyer' ? order.sellerId : order.buyerId;
  const { authorId, stars, text } = input;
  const facts = { orderId, side, authorId, subjectId, title, stars, text, dueAt: blindUntil(completedAt) };
  await tx.review.createMany({ data: [{ ...facts, id, createdAt: now, updatedAt: now }] });
  if (side === 'buyer')
    await tx.reviewListing.createMany({ data: order.listingIds.map((listingId) => ({ reviewId: id, listingId })) });
  return id;
}

/** Shows all that was written about an order and is not shown yet. */
async function show(tx: Tx, tools: Tools, order: OrderFacts): Promise<void> {
  const now = tools.clock.now();
  const rows = await tx.review.findMany({
    where: { orderId: order.orderId, shownAt: null },
    orderBy: { side: 'asc' },
    select: { id: true, side: true, stars: true, authorId: true, subjectId: true, hiddenAt: true },
  });
  for (const { id, side, stars, hiddenAt, authorId, subjectId } of rows) {
    await tx.review.update({ where: { id }, data: { shownAt: now }, select: { id: true } });
    if (hiddenAt !== null) continue;
    if (side === 'buyer') await moveListingRatings(tx, { reviewId: id, stars, direction: 1 });
    const details = { title: order.title, order: order.orderId, count: stars };
    await tell(tx, tools, { citizenId: subjectId, from: authorId, kind: 'review_shown', details });
    await emit(tx, tools, { type: 'review.shown', subject: id, payload: { side, stars, subjectId } });
  }
  if (rows.some(({ side }) => side === 'buyer')) await computeSellerRating(tx, { sellerId: order.sellerId, now });
}

/** Tells the other one that a review waits for theirs, and not what it says. */
async function invite(
  tx: Tx,
  { input, order, side }: { input: Tools & { authorId: string }; order: OrderFacts; side: ReviewSide },
): Promise<void> {
  const citizenId = side === 'buyer' ? order.sellerId : order.buyerId;
  const details = { title: order.title, order: order.orderId };
  await tell(tx, input, { citizenId, from: input.authorId, kind: 'review_waiting', details });
}

export function reviewNotFound(): Error {
  return refuse('not_found', 'review_not_found', 'There is no such review.');
}

const refusals: Readonly<Record<ReviewRefusal, () => Error>> = {
  order_not_completed: () => refuse('conflict', 'order_not_completed', 'Only completed orders are reviewed.'),
  review_shown: () => refuse('conflict', 'review_shown', 'Your review is shown and stays as it is.'),
  review_window_over: () => refuse('conflict', 'review_window_over', 'The time to review this order is over.'),
};

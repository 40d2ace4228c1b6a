import {
  createdCursor,
  cutPage,
  newestFirst,
  olderThan,
  readTimeCursor,
  timeCursor,
  type PageInput,
} from '#server/market/cursors.ts';
import type { OrderVisitor } from '#server/market/orders/order-steps.ts';
import { partiesOf } from '#server/market/parties.ts';
import { completedPurchases, orderOfVisitor } from '#server/market/people/order-facts.ts';
import { listingRating } from '#server/market/reviews/ratings.ts';
import { blindUntil, refuseReview, writeUntil } from '#server/market/reviews/review-rules.ts';
import { buyerDays, storedReviewWords } from '#server/market/reviews/review-schema.ts';
import type {
  OrderReviewsView,
  PublicReviewView,
  PurchaseToReview,
  RatingView,
  ReviewView,
} from '#server/market/reviews/review-schema.ts';
import type { Page } from '#server/market/schema.ts';
import type { Db, Prisma } from '#server/platform/db.ts';

const dayMs = 86_400_000;

/** What is said about an order, as far as the visitor may read it, and whether they may write. Refuses `order_not_found`. */
export async function reviewsOfOrder(
  db: Db,
  input: { orderId: string; visitor: OrderVisitor; now: Date },
): Promise<OrderReviewsView> {
  const { order, viewer } = await orderOfVisitor(db, input);
  const side = viewer === 'operator' ? null : viewer;
  const rows = await db.review.findMany({
    where: { orderId: order.orderId },
    orderBy: { side: 'asc' },
    select: reviewSelected,
  });
  const views = await viewsOf(db, rows, { readerId: input.visitor.citizenId });
  const own = views.find((view) => view.side === side) ?? null;
  const other = views.find((view) => view.side !== side) ?? null;
  const { completedAt } = order;
  const facts = { completedAt, isShown: own?.isShown === true, now: input.now };
  return {
    side,
    own,
    other: other?.isShown === true && !other.isHidden ? other : null,
    otherWrote: other !== null,
    mayWrite: side !== null && refuseReview({ ...facts, side }) === null,
    writeUntil: completedAt === null || side === null ? null : writeUntil(completedAt, side),
    blindUntil: completedAt === null ? null : blindUntil(completedAt),
  };
}

/** What buyers say of a listing, the latest first, and the mean of it. Refuses: `invalid_cursor`. */
export async function reviewsOfListing(
  db: Db,
  input: PageInput & { listingId: string },
): Promise<Page<PublicReviewView> & { rating: RatingView }> {
  const { listingId, cursor, limit } = input;
  const position = cursor === undefined ? null : readTimeCursor(cursor);
  const older =
    position === null
      ? {}
      : { OR: [{ shownAt: { lt: position.time } }, { shownAt: position.time, id: { lt: position.id } }] };
  const rows = await db.review.findMany({
    where: { listings: { some: { listingId } }, hiddenAt: null, AND: [{ shownAt: { not: null } }, older] },
    orderBy: [{ shownAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    select: reviewSelected,
  });
  const cursorOf = (row: ReviewRow) => timeCursor({ time: row.shownAt ?? row.createdAt, id: row.id });
  const page = cutPage(rows, { limit, cursorOf });
  const rating = await listingRating(db, listingId);
  const parties = await partiesOf(
    db,
    page.items.map(({ authorId }) => authorId),
  );
  const items = page.items.map(({ id, authorId, stars, text, createdAt, answer, answerHiddenAt }) => ({
    id,
    author: parties(authorId),
    stars,
    text,
    createdAt,
    answer: answerHiddenAt === null ? answer : null,
  }));
  return { items, nextCursor: page.nextCursor, rating };
}

/** What a citizen wrote, hidden ones included, the latest first. Refuses: `invalid_cursor`. */
export async function reviewsBy(db: Db, input: PageInput & { authorId: string }): Promise<Page<ReviewView>> {
  return ownPage(db, { ...input, readerId: input.authorId, where: { authorId: input.authorId } });
}

/** What is said about a citizen and shown, the latest first. Refuses: `invalid_cursor`. */
export async function reviewsAbout(db: Db, input: PageInput & { subjectId: string }): Promise<Page<ReviewView>> {
  const where = { subjectId: input.subjectId, shownAt: { not: null }, hiddenAt: null };
  return ownPage(db, { ...input, readerId: input.subjectId, where });
}

/** Completed purchases that the buyer may still review, the latest first; at most 100. */
export async function purchasesToReview(db: Db, input: { buyerId: string; now: Date }): Promise<PurchaseToReview[]> {
  const since = new Date(input.now.getTime() - buyerDays * dayMs);
  const orders = await completedPurchases(db, { buyerId: input.buyerId, since });
  const written = await db.review.findMany({
    where: { orderId: { in: orders.map(({ orderId }) => orderId) }, side: 'buyer' },
    take: orders.length,
    select: { orderId: true },
  });
  const done = new Set(written.map(({ orderId }) => orderId));
  const parties = await partiesOf(
    db,
    orders.map(({ sellerId }) => sellerId),
  );
  return orders.flatMap(({ orderId, title, sellerId, completedAt }) => {
    if (done.has(orderId) || completedAt === null) return [];
    const until = writeUntil(completedAt, 'buyer');
    return until <= input.now ? [] : [{ orderId, title, seller: parties(sellerId), completedAt, writeUntil: until }];
  });
}

/** Orders with a review whose blind days are over and that is not shown yet, the oldest first. */
export async function dueOrders(db: Db, input: { now: Date; limit: number }): Promise<string[]> {
  const rows = await db.review.findMany({
    where: { shownAt: null, dueAt: { lte: input.now } },
    orderBy: [{ dueAt: 'asc' }, { id: 'asc' }],
    take: input.limit,
    select: { orderId: true },
  });
  return [...new Set(rows.map(({ orderId }) => orderId))];
}

async function ownPage(
  db: Db,
  input: PageInput & { readerId: string; where: Prisma.ReviewWhereInput },
): Promise<Page<ReviewView>> {
  const rows = await db.review.findMany({
    where: { AND: [input.where, olderThan(input.cursor)] },
    orderBy: newestFirst,
    take: input.limit + 1,
    select: reviewSelected,
  });
  const page = cutPage(rows, { limit: input.limit, cursorOf: createdCursor });
  return { items: await viewsOf(db, page.items, input), nextCursor: page.nextCursor };
}

const reviewSelected = {
  id: true,
  orderId: true,
  side: true,
  authorId: true,
  subjectId: true,
  title: true,
  stars: true,
  text: true,
  createdAt: true,
  shownAt: true,
  hiddenAt: true,
  answer: true,
  answerHiddenAt: true,
} satisfies Prisma.ReviewSelect;

type ReviewRow = Prisma.ReviewGetPayload<{ select: typeof reviewSelected }>;

/** What is hidden of an answer only who gave it still reads. */
async function viewsOf(db: Db, rows: readonly ReviewRow[], { readerId }: { readerId: string }): Promise<ReviewView[]> {
  const parties = await partiesOf(
    db,
    rows.flatMap(({ authorId, subjectId }) => [authorId, subjectId]),
  );
  return rows.map(({ side, authorId, subjectId, shownAt, hiddenAt, answer, answerHiddenAt, ...row }) => ({
    ...row,
    answer: answerHiddenAt === null || subjectId === readerId ? answer : null,
    isAnswerHidden: answerHiddenAt !== null,
    side: storedReviewWords.side.parse(side),
    author: parties(authorId),
    subject: parties(subjectId),
    isShown: shownAt !== null,
    isHidden: hiddenAt !== null,
  }));
}

import { paged, type PersonalDataPart } from '#server/citizens/personal-data.ts';
import { blockedBy } from '#server/market/people/blocks.ts';
import { sellerRating } from '#server/market/reviews/ratings.ts';
import { reviewsAbout, reviewsBy } from '#server/market/reviews/review-queries.ts';
import type { Db, Tx } from '#server/platform/db.ts';

/** What conversations, reviews, reports and blocks hold about a citizen, and what of it goes with their account. */

const pageMax = 100;

export const peopleCovers = [
  'Thread.buyerId',
  'Thread.sellerId',
  'ThreadParty.citizenId',
  'Message.authorId',
  'MessageAttachment.ownerId',
  'CitizenBlock.citizenId',
  'Review.authorId',
  'Review.subjectId',
  'SellerRating.sellerId',
  'Report.reporterId',
] as const;

export const peopleParts: readonly PersonalDataPart[] = [
  { name: 'conversations', rows: (db, { citizenId }) => conversations(db, citizenId) },
  { name: 'messages', rows: (db, { citizenId }) => messages(db, citizenId) },
  { name: 'messageFiles', rows: (db, { citizenId }) => files(db, citizenId) },
  { name: 'reviewsWritten', rows: (db, { citizenId }) => written(db, citizenId) },
  { name: 'reviewsReceived', rows: (db, { citizenId }) => received(db, citizenId) },
  { name: 'rating', rows: (db, { citizenId }) => rating(db, citizenId) },
  { name: 'reports', rows: (db, { citizenId }) => reports(db, citizenId) },
  { name: 'blocked', rows: (db, { citizenId }) => blocked(db, citizenId) },
];

/**
 * What others have a part in stays, under the name of a closed account: messages, reviews, reports. Whom they blocked is
 * nobody's any more, and files that were sent with nothing are taken away by the sweeper, as all such files.
 */
export async function forgetPeople(tx: Tx, citizenId: string): Promise<void> {
  await tx.citizenBlock.deleteMany({ where: { citizenId } });
}

/** Rows in the order of their ids, each page from behind the last one of the page before. */
function inOrder<Row extends { id: string }>(
  read: (page: { after: { id?: { gt: string } }; take: number }) => Promise<Row[]>,
): AsyncGenerator<Row, void> {
  return paged(async (cursor) => {
    const items = await read({ after: cursor === undefined ? {} : { id: { gt: cursor } }, take: pageMax });
    return { items, nextCursor: items.length < pageMax ? null : (items.at(-1)?.id ?? null) };
  });
}

function conversations(db: Db, citizenId: string): AsyncGenerator<object, void> {
  const select = { id: true, listingId: true, orderId: true, title: true, createdAt: true } as const;
  return inOrder(({ after, take }) =>
    db.thread.findMany({
      where: { OR: [{ buyerId: citizenId }, { sellerId: citizenId }], ...after },
      orderBy: { id: 'asc' },
      take,
      select: { ...select, parties: { where: { citizenId }, select: { readSequence: true, unreadCount: true } } },
    }),
  );
}

/** All that was said in one's conversations, by both; what is hidden only where it is one's own. */
function messages(db: Db, citizenId: string): AsyncGenerator<object, void> {
  const isParty = { OR: [{ buyerId: citizenId }, { sellerId: citizenId }] };
  const isReadable = { OR: [{ hiddenAt: null }, { authorId: citizenId }] };
  return inOrder(({ after, take }) =>
    db.message.findMany({
      where: { AND: [{ thread: isParty }, isReadable], ...after },
      orderBy: { id: 'asc' },
      take,
      select: { id: true, threadId: true, sequence: true, authorId: true, text: true, createdAt: true, hiddenAt: true },
    }),
  );
}

function files(db: Db, ownerId: string): AsyncGenerator<object, void> {
  const select = {
    id: true,
    messageId: true,
    name: true,
    contentType: true,
    sizeBytes: true,
    createdAt: true,
  } as const;
  return inOrder(({ after, take }) =>
    db.messageAttachment.findMany({ where: { ownerId, ...after }, orderBy: { id: 'asc' }, take, select }),
  );
}

const written = (db: Db, authorId: string) => paged((cursor) => reviewsBy(db, { authorId, cursor, limit: pageMax }));
const received = (db: Db, subjectId: string) =>
  paged((cursor) => reviewsAbout(db, { subjectId, cursor, limit: pageMax }));

async function* rating(db: Db, citizenId: string): AsyncGenerator<object, void> {
  const view = await sellerRating(db, citizenId);
  if (view.reviews > 0) yield view;
}

/** What they told the house of, and what came of it. */
function reports(db: Db, reporterId: string): AsyncGenerator<object, void> {
  const select = { id: true, subjectKind: true, subjectId: true, reason: true, text: true, createdAt: true } as const;
  return inOrder(({ after, take }) =>
    db.report.findMany({
      where: { reporterId, ...after },
      orderBy: { id: 'asc' },
      take,
      select: { ...select, decision: { select: { action: true, decidedAt: true } } },
    }),
  );
}

async function* blocked(db: Db, citizenId: string): AsyncGenerator<object, void> {
  yield* await blockedBy(db, citizenId);
}

import { listingById } from '#server/market/catalogue/listing-queries.ts';
import { hiddenAmong } from '#server/market/people/holds.ts';
import type { DecidedOnlyKind } from '#server/market/people/holds.ts';
import type { SubjectKey } from '#server/market/people/subjects.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** Who can report what: only who can see a thing, and not its author. */

interface Asked {
  subjectId: string;
  citizenId: string;
}

/**
 * Whose a thing is, for a citizen who can see it.
 * Refuses `listing_not_found`, `message_not_found`, `review_not_found`, `storefront_not_found`, `offer_not_found`,
 * `gift_not_found`.
 */
export async function authorOfVisible(
  db: Db,
  { subjectKind, ...asked }: SubjectKey & { citizenId: string },
): Promise<string> {
  const { subjectId, citizenId } = asked;
  switch (subjectKind) {
    case 'listing':
      return (await listingById(db, { listingId: subjectId, visitorId: citizenId })).seller.citizenId;
    case 'message':
      return messageAuthor(db, asked);
    case 'review':
    case 'review_answer':
      return reviewAuthor(db, { subjectKind, subjectId });
    case 'storefront':
    case 'banner':
      return storefrontOwner(db, { ...asked, subjectKind });
    case 'offer_note':
      return offerNoteAuthor(db, asked);
    case 'gift_note':
      return gifter(db, asked);
  }
}

async function messageAuthor(db: Db, { subjectId, citizenId }: Asked): Promise<string> {
  const isParty = { thread: { OR: [{ buyerId: citizenId }, { sellerId: citizenId }] } };
  const isPublic = [{ shownAs: { isNot: null } }, { shownWith: { some: {} } }];
  const row = await db.message.findFirst({
    where: { id: subjectId, OR: [isParty, ...isPublic] },
    select: { authorId: true },
  });
  if (row === null) throw notFound('message');
  return row.authorId;
}

async function reviewAuthor(
  db: Db,
  { subjectKind, subjectId: id }: { subjectKind: 'review' | 'review_answer'; subjectId: string },
): Promise<string> {
  const isAnswer = subjectKind === 'review_answer';
  const shown = isAnswer ? { hiddenAt: null, answer: { not: null }, answerHiddenAt: null } : { shownAt: { not: null } };
  const row = await db.review.findFirst({ where: { id, ...shown }, select: { authorId: true, subjectId: true } });
  if (row === null) throw notFound('review');
  return isAnswer ? row.subjectId : row.authorId;
}

/** What the house hides is seen by its author alone. */
async function storefrontOwner(
  db: Db,
  { subjectKind, subjectId, citizenId }: Asked & { subjectKind: 'storefront' | 'banner' },
): Promise<string> {
  const row = await db.storefront.findUnique({ where: { sellerId: subjectId }, select: { bannerPictureId: true } });
  const isThere = row !== null && (subjectKind === 'storefront' || row.bannerPictureId !== null);
  if (!isThere || (await isHiddenFrom(db, { subjectKind, subjectId, citizenId, authorId: subjectId })))
    throw notFound('storefront');
  return subjectId;
}

async function offerNoteAuthor(db: Db, { subjectId, citizenId }: Asked): Promise<string> {
  const row = await db.offerEvent.findFirst({
    where: {
      id: subjectId,
      note: { not: null },
      offer: { OR: [{ buyerId: citizenId }, { sellerId: citizenId }] },
    },
    select: { actorId: true },
  });
  const authorId = row?.actorId ?? null;
  if (authorId === null || (await isHiddenFrom(db, { subjectKind: 'offer_note', subjectId, citizenId, authorId })))
    throw notFound('offer');
  return authorId;
}

async function gifter(db: Db, { subjectId, citizenId }: Asked): Promise<string> {
  const row = await db.marketOrder.findFirst({
    where: { id: subjectId, giftNote: { not: null }, OR: [{ recipientId: citizenId }, { buyerId: citizenId }] },
    select: { buyerId: true },
  });
  const authorId = row?.buyerId ?? null;
  if (authorId === null || (await isHiddenFrom(db, { subjectKind: 'gift_note', subjectId, citizenId, authorId })))
    throw notFound('gift');
  return authorId;
}

async function isHiddenFrom(
  db: Db,
  thing: Asked & { subjectKind: DecidedOnlyKind; authorId: string },
): Promise<boolean> {
  const { subjectKind, subjectId, citizenId, authorId } = thing;
  if (citizenId === authorId) return false;
  return (await hiddenAmong(db, { subjectKind, subjectIds: [subjectId] })).size > 0;
}

function notFound(kind: 'message' | 'review' | 'storefront' | 'offer' | 'gift'): Error {
  return refuse('not_found', `${kind}_not_found`, `There is no such ${kind}.`);
}

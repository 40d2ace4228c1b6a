import { listingById } from '#server/market/catalogue/listing-queries.ts';
import { partiesOf } from '#server/market/parties.ts';
import type { SubjectKind, SubjectView } from '#server/market/people/people-schema.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** What reports are about: whose it is, and what an operator has to see of it. */

export interface SubjectKey {
  subjectKind: SubjectKind;
  subjectId: string;
}

/**
 * Whose a thing is and what it is called, for a citizen who can see it.
 * Refuses `listing_not_found`, `message_not_found`, `review_not_found`.
 */
export async function visibleSubject(
  db: Db,
  input: SubjectKey & { citizenId: string },
): Promise<{ authorId: string; title: string }> {
  const { subjectKind, subjectId, citizenId } = input;
  switch (subjectKind) {
    case 'listing': {
      const { seller, title } = await listingById(db, { listingId: subjectId, visitorId: citizenId });
      return { authorId: seller.citizenId, title };
    }
    case 'message': {
      const isParty = { thread: { OR: [{ buyerId: citizenId }, { sellerId: citizenId }] } };
      const isPublic = [{ shownAs: { isNot: null } }, { shownWith: { some: {} } }];
      const row = await db.message.findFirst({
        where: { id: subjectId, OR: [isParty, ...isPublic] },
        select: { authorId: true, thread: { select: { title: true } } },
      });
      if (row === null) throw notFound('message');
      return { authorId: row.authorId, title: row.thread.title };
    }
    case 'review': {
      const where = { id: subjectId, shownAt: { not: null } };
      const row = await db.review.findFirst({ where, select: { authorId: true, title: true } });
      if (row === null) throw notFound('review');
      return row;
    }
    case 'review_answer': {
      const where = { id: subjectId, hiddenAt: null, answer: { not: null }, answerHiddenAt: null };
      const row = await db.review.findFirst({ where, select: { subjectId: true, title: true } });
      if (row === null) throw notFound('review');
      return { authorId: row.subjectId, title: row.title };
    }
  }
}

function notFound(kind: 'message' | 'review'): Error {
  return refuse('not_found', `${kind}_not_found`, `There is no such ${kind}.`);
}

type Held = Omit<SubjectView, 'author'> & { authorId: string };

/** Things as an operator sees them, by `keyOf`. Those that are gone are missing; none ever is. */
export async function subjectViews(db: Db, keys: readonly SubjectKey[]): Promise<Map<string, SubjectView>> {
  const ids = (kind: SubjectKind) => keys.filter((key) => key.subjectKind === kind).map((key) => key.subjectId);
  const held = await Promise.all([
    listingSubjects(db, ids('listing')),
    messageSubjects(db, ids('message')),
    reviewSubjects(db, ids('review')),
    answerSubjects(db, ids('review_answer')),
  ]);
  const all = held.flat();
  const parties = await partiesOf(
    db,
    all.map(({ authorId }) => authorId),
  );
  return new Map(all.map(({ authorId, ...view }) => [keyOf(view), { ...view, author: parties(authorId) }]));
}

export function keyOf({ subjectKind, subjectId }: SubjectKey): string {
  return `${subjectKind}:${subjectId}`;
}

async function listingSubjects(db: Db, ids: readonly string[]): Promise<Held[]> {
  const where = { id: { in: [...ids] } };
  const [rows, holds] = await Promise.all([
    db.listing.findMany({
      where,
      take: ids.length,
      select: { id: true, sellerId: true, title: true, description: true },
    }),
    db.moderationDecision.findMany({
      where: { subjectKind: 'listing', subjectId: { in: [...ids] }, action: 'pause', undoneAt: null },
      take: ids.length * 10,
      select: { subjectId: true },
    }),
  ]);
  const held = new Set(holds.map(({ subjectId }) => subjectId));
  return rows.map(({ id, sellerId, title, description }) => ({
    subjectKind: 'listing',
    subjectId: id,
    authorId: sellerId,
    title,
    text: description,
    stars: null,
    href: `/listings/${id}`,
    isHeld: held.has(id),
  }));
}

async function messageSubjects(db: Db, ids: readonly string[]): Promise<Held[]> {
  const rows = await db.message.findMany({
    where: { id: { in: [...ids] } },
    take: ids.length,
    select: {
      id: true,
      authorId: true,
      text: true,
      hiddenAt: true,
      thread: { select: { title: true, listingId: true } },
    },
  });
  return rows.map(({ id, authorId, text, hiddenAt, thread }) => ({
    subjectKind: 'message',
    subjectId: id,
    authorId,
    title: thread.title,
    text,
    stars: null,
    href: thread.listingId === null ? null : `/listings/${thread.listingId}`,
    isHeld: hiddenAt !== null,
  }));
}

async function reviewSubjects(db: Db, ids: readonly string[]): Promise<Held[]> {
  const rows = await db.review.findMany({
    where: { id: { in: [...ids] } },
    take: ids.length,
    select: {
      id: true,
      authorId: true,
      title: true,
      text: true,
      stars: true,
      hiddenAt: true,
      listings: { take: 1, orderBy: { listingId: 'asc' }, select: { listingId: true } },
    },
  });
  return rows.map(({ id, authorId, title, text, stars, hiddenAt, listings }) => ({
    subjectKind: 'review',
    subjectId: id,
    authorId,
    title,
    text,
    stars,
    href: hrefOf(listings),
    isHeld: hiddenAt !== null,
  }));
}

async function answerSubjects(db: Db, ids: readonly string[]): Promise<Held[]> {
  const rows = await db.review.findMany({
    where: { id: { in: [...ids] }, answer: { not: null } },
    take: ids.length,
    select: {
      id: true,
      subjectId: true,
      title: true,
      answer: true,
      answerHiddenAt: true,
      listings: { take: 1, orderBy: { listingId: 'asc' }, select: { listingId: true } },
    },
  });
  return rows.map(({ id, subjectId: authorId, title, answer, answerHiddenAt, listings }) => ({
    subjectKind: 'review_answer',
    subjectId: id,
    authorId,
    title,
    text: answer ?? '',
    stars: null,
    href: hrefOf(listings),
    isHeld: answerHiddenAt !== null,
  }));
}

function hrefOf([first]: readonly { listingId: string }[]): string | null {
  return first === undefined ? null : `/listings/${first.listingId}`;
}

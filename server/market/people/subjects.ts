import { storedListingWords } from '#server/market/catalogue/catalogue-schema.ts';
import { hiddenAmong, heldAmong } from '#server/market/people/holds.ts';
import { partiesOf } from '#server/market/parties.ts';
import type { ReportedWords, SubjectKind, SubjectView } from '#server/market/people/people-schema.ts';
import type { Db, Prisma } from '#server/platform/db.ts';

/** What reports are about, as an operator has to see it. */

export interface SubjectKey {
  subjectKind: SubjectKind;
  subjectId: string;
}

type Held = Omit<SubjectView, 'author'> & { authorId: string };

/** Things as an operator sees them, by `keyOf`. Whatever may go, as a storefront with its account, is there without words. */
export async function subjectViews(db: Db, keys: readonly SubjectKey[]): Promise<Map<string, SubjectView>> {
  const ids = (kind: SubjectKind) => keys.filter((key) => key.subjectKind === kind).map((key) => key.subjectId);
  const held = await Promise.all([
    listingSubjects(db, ids('listing')),
    messageSubjects(db, ids('message')),
    reviewSubjects(db, ids('review')),
    answerSubjects(db, ids('review_answer')),
    storefrontSubjects(db, ids('storefront')),
    bannerSubjects(db, ids('banner')),
    offerNoteSubjects(db, ids('offer_note')),
    giftNoteSubjects(db, ids('gift_note')),
  ]);
  const all = held.flat();
  const parties = await partiesOf(
    db,
    all.map(({ authorId }) => authorId),
  );
  return new Map(
    all.map(({ authorId, ...view }) => {
      const author = parties(authorId);
      const title = view.title === '' ? author.displayName : view.title;
      return [keyOf(view), { ...view, title, author }];
    }),
  );
}

/** What a report keeps of a thing. */
export function wordsOf({ title, text, stars, pictureIds, version }: SubjectView): ReportedWords {
  return { title, text, stars, pictureIds, version };
}

/** What has neither stars nor pictures nor versions. */
const wordsOnly = { stars: null, pictureIds: [], version: null };

export function keyOf({ subjectKind, subjectId }: SubjectKey): string {
  return `${subjectKind}:${subjectId}`;
}

async function listingSubjects(db: Db, ids: readonly string[]): Promise<Held[]> {
  const select = { id: true, sellerId: true, title: true, description: true, pictures: true, version: true } as const;
  const [rows, held] = await Promise.all([
    db.listing.findMany({ where: { id: { in: [...ids] } }, take: ids.length, select }),
    heldAmong(db, ids),
  ]);
  return rows.map(({ id, sellerId, title, description, pictures, version }) => ({
    subjectKind: 'listing',
    subjectId: id,
    authorId: sellerId,
    title,
    text: description,
    stars: null,
    pictureIds: storedListingWords.pictures.parse(pictures).map((picture) => picture.id),
    version,
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
    ...wordsOnly,
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
    ...wordsOnly,
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
    ...wordsOnly,
    href: hrefOf(listings),
    isHeld: answerHiddenAt !== null,
  }));
}

function hrefOf([first]: readonly { listingId: string }[]): string | null {
  return first === undefined ? null : `/listings/${first.listingId}`;
}

const storefrontSelected = {
  sellerId: true,
  slug: true,
  title: true,
  about: true,
  version: true,
  bannerPictureId: true,
  bannerAlt: true,
} as const;

type StorefrontRow = Prisma.StorefrontGetPayload<{ select: typeof storefrontSelected }>;

/** A storefront, or what of it the reports are about; one that is gone has nothing to show. */
async function ofStorefronts(
  db: Db,
  input: {
    subjectKind: 'storefront' | 'banner';
    ids: readonly string[];
    words: (row: StorefrontRow) => Pick<Held, 'title' | 'text' | 'pictureIds' | 'version'>;
  },
): Promise<Held[]> {
  const { subjectKind, ids, words } = input;
  const [rows, hidden] = await Promise.all([
    db.storefront.findMany({ where: { sellerId: { in: [...ids] } }, take: ids.length, select: storefrontSelected }),
    hiddenAmong(db, { subjectKind, subjectIds: ids }),
  ]);
  return ids.map((id) => {
    const row = rows.find(({ sellerId }) => sellerId === id);
    return {
      ...{ subjectKind, subjectId: id, authorId: id, stars: null, isHeld: hidden.has(id) },
      ...(row === undefined ? { title: '', text: '', pictureIds: [], version: null } : words(row)),
      href: row === undefined ? null : `/sellers/${row.slug}`,
    };
  });
}

function storefrontSubjects(db: Db, ids: readonly string[]): Promise<Held[]> {
  return ofStorefronts(db, {
    subjectKind: 'storefront',
    ids,
    words: ({ title, about, version }) => ({ title, text: about, pictureIds: [], version }),
  });
}

/** A banner has no version of its own: which picture hangs there says it. */
function bannerSubjects(db: Db, ids: readonly string[]): Promise<Held[]> {
  return ofStorefronts(db, {
    subjectKind: 'banner',
    ids,
    words: ({ bannerPictureId, bannerAlt: text }) => ({
      ...{ title: '', text, version: null },
      pictureIds: bannerPictureId === null ? [] : [bannerPictureId],
    }),
  });
}

async function offerNoteSubjects(db: Db, ids: readonly string[]): Promise<Held[]> {
  const [rows, hidden] = await Promise.all([
    db.offerEvent.findMany({
      where: { id: { in: [...ids] }, note: { not: null } },
      take: ids.length,
      select: { id: true, actorId: true, note: true, offer: { select: { listing: { select: { title: true } } } } },
    }),
    hiddenAmong(db, { subjectKind: 'offer_note', subjectIds: ids }),
  ]);
  return rows.flatMap(({ id, actorId: authorId, note, offer }) => {
    const words = { title: offer.listing.title, text: note ?? '', ...wordsOnly };
    const thing = { subjectKind: 'offer_note', subjectId: id, href: null, isHeld: hidden.has(id) } as const;
    return authorId === null ? [] : [{ ...thing, ...words, authorId }];
  });
}

async function giftNoteSubjects(db: Db, ids: readonly string[]): Promise<Held[]> {
  const [rows, hidden] = await Promise.all([
    db.marketOrder.findMany({
      where: { id: { in: [...ids] }, giftNote: { not: null } },
      take: ids.length,
      select: { id: true, buyerId: true, giftNote: true, listingTitle: true },
    }),
    hiddenAmong(db, { subjectKind: 'gift_note', subjectIds: ids }),
  ]);
  return rows.map(({ id, buyerId: authorId, giftNote, listingTitle: title }) => ({
    ...{ subjectKind: 'gift_note', subjectId: id, authorId, href: null, isHeld: hidden.has(id) },
    ...{ title, text: giftNote ?? '', ...wordsOnly },
  }));
}

import type { SubjectKind } from '#server/market/people/people-schema.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** Whether an operator took a listing off sale, and no operator took that back. */
export async function isHeld(db: Db, listingId: string): Promise<boolean> {
  const where = { subjectKind: 'listing', subjectId: listingId, action: 'pause', undoneAt: null };
  return (await db.moderationDecision.count({ where })) > 0;
}

/** Those of the given listings that the house keeps off the market. */
export async function heldAmong(db: Db, listingIds: readonly string[]): Promise<Set<string>> {
  const rows = await db.moderationDecision.findMany({
    where: { subjectKind: 'listing', subjectId: { in: [...listingIds] }, action: 'pause', undoneAt: null },
    select: { subjectId: true },
    take: listingIds.length * 100,
  });
  return new Set(rows.map(({ subjectId }) => subjectId));
}

/** Refuses `listing_held` while the house keeps a listing off the market. */
export async function refuseHeld(db: Db, listingId: string): Promise<void> {
  if (await isHeld(db, listingId))
    throw refuse('conflict', 'listing_held', 'The house took this listing off the market.');
}

/** What bears no mark of its own when the house hides it: the decision alone says so. */
export type DecidedOnlyKind = Extract<SubjectKind, 'storefront' | 'banner' | 'offer_note' | 'gift_note'>;

/** Those of some things that the house hides from all but their author. */
export async function hiddenAmong(
  db: Db,
  { subjectKind, subjectIds }: { subjectKind: DecidedOnlyKind; subjectIds: readonly string[] },
): Promise<Set<string>> {
  if (subjectIds.length === 0) return new Set();
  const rows = await db.moderationDecision.findMany({
    where: { subjectKind, subjectId: { in: [...subjectIds] }, action: 'hide', undoneAt: null },
    select: { subjectId: true },
    take: subjectIds.length * 100,
  });
  return new Set(rows.map(({ subjectId }) => subjectId));
}

/** What of a storefront the house hides. */
export async function hiddenOfStorefront(db: Db, sellerId: string): Promise<('storefront' | 'banner')[]> {
  const kinds = ['storefront', 'banner'] as const;
  const rows = await db.moderationDecision.findMany({
    where: { subjectKind: { in: [...kinds] }, subjectId: sellerId, action: 'hide', undoneAt: null },
    select: { subjectKind: true },
    take: 100,
  });
  return kinds.filter((kind) => rows.some(({ subjectKind }) => subjectKind === kind));
}

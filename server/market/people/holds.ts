import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

/** Whether an operator took a listing off sale, and no operator took that back. */
export async function isHeld(db: Db, listingId: string): Promise<boolean> {
  const where = { subjectKind: 'listing', subjectId: listingId, action: 'pause', undoneAt: null };
  return (await db.moderationDecision.count({ where })) > 0;
}

/** Refuses `listing_held` while the house keeps a listing off the market. */
export async function refuseHeld(db: Db, listingId: string): Promise<void> {
  if (await isHeld(db, listingId))
    throw refuse('conflict', 'listing_held', 'The house took this listing off the market.');
}

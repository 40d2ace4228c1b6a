import { listingNotFound } from '#server/market/catalogue/listings.ts';
import { featuredMax, type FeatureInput } from '#server/market/featured/featured-schema.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError } from '#server/platform/errors.ts';

/**
 * Features a listing behind the others, or gives one that is featured another time.
 * Refuses: `listing_not_found` (nor on sale when it is new), `featured_full`.
 */
export async function featureListing(
  tx: Tx,
  input: { featured: FeatureInput; operatorId: string; clock: Clock },
): Promise<void> {
  const { featured, operatorId: addedBy, clock } = input;
  const { listingId, ...times } = featured;
  await lockFeatured(tx);
  const { count } = await tx.featuredListing.updateMany({ where: { listingId }, data: times });
  if (count > 0) return;
  const listing = await tx.listing.findUnique({ where: { id: listingId }, select: { state: true } });
  if (listing?.state !== 'published') throw listingNotFound();
  const { _max: last, _count: known } = await tx.featuredListing.aggregate({ _max: { position: true }, _count: true });
  if (known >= featuredMax) throw featuredFull();
  const position = (last.position ?? 0) + 1;
  await tx.featuredListing.create({
    data: { listingId, ...times, position, addedBy, addedAt: clock.now() },
    select: { listingId: true },
  });
}

/** Changes places with the next one in a direction; at the end nothing changes. Refuses: `listing_not_found`. */
export async function moveFeatured(tx: Tx, input: { listingId: string; direction: 'up' | 'down' }): Promise<void> {
  const { listingId, direction } = input;
  await lockFeatured(tx);
  const select = { listingId: true, position: true } as const;
  const row = await tx.featuredListing.findUnique({ where: { listingId }, select });
  if (row === null) throw listingNotFound();
  const isUp = direction === 'up';
  const other = await tx.featuredListing.findFirst({
    where: { position: isUp ? { lt: row.position } : { gt: row.position } },
    orderBy: { position: isUp ? 'desc' : 'asc' },
    select,
  });
  if (other === null) return;
  await tx.featuredListing.updateMany({ where: { listingId }, data: { position: other.position } });
  await tx.featuredListing.updateMany({ where: { listingId: other.listingId }, data: { position: row.position } });
}

/** Features a listing no longer; one that is not featured is not already. */
export async function unfeatureListing(tx: Tx, listingId: string): Promise<void> {
  await lockFeatured(tx);
  await tx.featuredListing.deleteMany({ where: { listingId } });
}

/** One operator at a time changes what is featured. */
async function lockFeatured(tx: Tx): Promise<void> {
  await lockName(tx, 'market.featured');
}

function featuredFull(): Error {
  return new DomainError({
    kind: 'conflict',
    code: 'featured_full',
    message: 'As many listings are featured as there is room for. Remove one first.',
    details: { featuredMax },
  });
}

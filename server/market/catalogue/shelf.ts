import { trustStanding } from '#server/citizens/trust.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';

/** How many listings a seller may have on sale, and as drafts. */

/** Drafts that a seller may have at once. */
const draftsMax = 100;

interface Seller {
  sellerId: string;
  clock: Clock;
}

/** What is left of both. */
export interface ShelfRoom {
  /** Null: no limit. */
  onSale: number | null;
  drafts: number;
}

/** One at a time per seller puts something on sale, so that many at once are no way around the limit. */
export async function lockShelf(tx: Tx, sellerId: string): Promise<void> {
  await lockName(tx, `market.listings:${sellerId}`);
}

/** How many more listings there is room for; it stays so only under the lock. */
export async function shelfRoom(db: Db, seller: Seller): Promise<ShelfRoom> {
  const { listingsMax, onSale } = await shelf(db, seller);
  const drafts = await db.listing.count({ where: { sellerId: seller.sellerId, state: 'draft' } });
  return {
    onSale: listingsMax === null ? null : Math.max(listingsMax - onSale, 0),
    drafts: Math.max(draftsMax - drafts, 0),
  };
}

/** Refuses what the seller's trust level leaves no room for: `listing_limit`. */
export async function refuseOneTooMany(tx: Tx, seller: Seller): Promise<void> {
  const { listingsMax, onSale, level } = await shelf(tx, seller);
  if (listingsMax === null || onSale < listingsMax) return;
  throw new DomainError({
    kind: 'conflict',
    code: 'listing_limit',
    message: 'You have as many listings on sale as your trust level allows.',
    details: { listingsMax, level },
  });
}

/** Refuses `draft_limit`. */
export async function refuseOneDraftTooMany(tx: Tx, sellerId: string): Promise<void> {
  if ((await tx.listing.count({ where: { sellerId, state: 'draft' } })) < draftsMax) return;
  throw refuse('conflict', 'draft_limit', 'You have as many drafts as you can have. Publish or archive one first.');
}

async function shelf(db: Db, { sellerId, clock }: Seller) {
  const { limits, level } = await trustStanding(db, { citizenId: sellerId, now: clock.now() });
  const onSale = limits.listingsMax === null ? 0 : await db.listing.count({ where: { sellerId, state: 'published' } });
  return { listingsMax: limits.listingsMax, level, onSale };
}

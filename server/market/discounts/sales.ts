import { listingNotFound } from '#server/market/catalogue/listings.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { keyReused, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { newDiscountsMax, openDiscountsMax, windowDaysMax, type PlanSaleInput } from './discount-schema.ts';

interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
}

const dayMs = 86_400_000;

/**
 * Plans a sale, or begins it where its window has begun. The same key with the same input answers the same sale again.
 * Refuses: `idempotency_key_reused`, `listing_not_found` (also for somebody else's), `window_over`, `window_too_far`,
 * `discount_limit`.
 */
export async function planSale(
  tx: Tx,
  input: Tools & { sellerId: string; sale: PlanSaleInput },
): Promise<{ saleId: string }> {
  const { sellerId } = input;
  const { key, listingIds, ...terms } = input.sale;
  const chosen = listingIds === null ? null : [...new Set(listingIds)].toSorted();
  const { startsAt, endsAt, percentBps } = terms;
  const said = { percentBps, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
  const hash = inputHash({ ...said, listings: chosen?.join(' ') ?? 'all' });
  await lockDiscountsOf(tx, sellerId);
  const known = await tx.sale.findUnique({
    where: { sellerId_key: { sellerId, key } },
    select: { id: true, inputHash: true },
  });
  if (known !== null) {
    if (known.inputHash !== hash) throw keyReused();
    return { saleId: known.id };
  }
  const now = input.clock.now();
  refuseWindow(terms, now);
  await refuseTooManySales(tx, { sellerId, now });
  if (chosen !== null) {
    const own = await tx.listing.count({ where: { id: { in: chosen }, sellerId, state: { not: 'archived' } } });
    if (own < chosen.length) throw listingNotFound();
  }
  const id = input.ids.uuid();
  const row = { id, sellerId, key, inputHash: hash, coversAll: chosen === null, createdAt: now };
  await tx.sale.createMany({ data: [{ ...row, ...terms }] });
  if (chosen !== null)
    await tx.saleListing.createMany({ data: chosen.map((listingId) => ({ saleId: id, listingId })) });
  return { saleId: id };
}

/** Ends a sale at once; one that is over stays as it was. Refuses: `sale_not_found`, also for somebody else's. */
export async function endSale(tx: Tx, input: Tools & { sellerId: string; saleId: string }): Promise<void> {
  const { sellerId, saleId: id, clock } = input;
  const now = clock.now();
  const { count } = await tx.sale.updateMany({
    where: { id, sellerId, endedAt: null, endsAt: { gt: now } },
    data: { endedAt: now },
  });
  if (count === 0 && (await tx.sale.count({ where: { id, sellerId } })) === 0)
    throw refuse('not_found', 'sale_not_found', 'There is no such sale.');
}

/** What a seller makes cheaper is changed by one transaction at a time, so that limits hold. */
export async function lockDiscountsOf(tx: Tx, sellerId: string): Promise<void> {
  await lockName(tx, `market.discounts:${sellerId}`);
}

/** Refuses: `window_over`, `window_too_far`. */
export function refuseWindow({ startsAt, endsAt }: { startsAt: Date; endsAt: Date }, now: Date): void {
  if (endsAt <= now) throw refuse('invalid', 'window_over', 'This would be over before it began.');
  if (startsAt.getTime() > now.getTime() + windowDaysMax * dayMs)
    throw refuse('invalid', 'window_too_far', 'This begins too far ahead.');
}

export function tooManyDiscounts(): Error {
  return refuse('conflict', 'discount_limit', 'You have as many as you can have at once. End one first.');
}

/** The moment from which on what was made counts for the limit of a day. */
export function dayBefore(now: Date): Date {
  return new Date(now.getTime() - dayMs);
}

async function refuseTooManySales(tx: Tx, { sellerId, now }: { sellerId: string; now: Date }): Promise<void> {
  const open = await tx.sale.count({ where: { sellerId, endedAt: null, endsAt: { gt: now } } });
  const made = await tx.sale.count({ where: { sellerId, createdAt: { gt: dayBefore(now) } } });
  if (open >= openDiscountsMax || made >= newDiscountsMax) throw tooManyDiscounts();
}

import type { Clock } from '#server/platform/clock.ts';
import { inputHash } from '#server/platform/crypto.ts';
import { Prisma } from '#server/platform/db.ts';
import type { Tx } from '#server/platform/db.ts';
import { keyReused, refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { couponNotFound, type CouponFacts } from './discount-rules.ts';
import { newDiscountsMax, openDiscountsMax, type MakeCouponInput } from './discount-schema.ts';
import { dayBefore, lockDiscountsOf, refuseWindow, tooManyDiscounts } from './sales.ts';

interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Makes a coupon. The same key with the same input answers the same coupon again.
 * Refuses: `idempotency_key_reused`, `coupon_code_taken`, `window_over`, `window_too_far`, `discount_limit`.
 */
export async function makeCoupon(
  tx: Tx,
  input: Tools & { sellerId: string; coupon: MakeCouponInput },
): Promise<{ couponId: string }> {
  const { sellerId } = input;
  const { key, ...terms } = input.coupon;
  const hash = inputHash({
    said: JSON.stringify(terms, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  });
  await lockDiscountsOf(tx, sellerId);
  const known = await tx.coupon.findUnique({
    where: { sellerId_key: { sellerId, key } },
    select: { id: true, inputHash: true },
  });
  if (known !== null) {
    if (known.inputHash !== hash) throw keyReused();
    return { couponId: known.id };
  }
  const now = input.clock.now();
  refuseWindow(terms, now);
  await refuseTooManyCoupons(tx, { sellerId, now });
  if ((await tx.coupon.count({ where: { sellerId, code: terms.code } })) > 0)
    throw refuse('conflict', 'coupon_code_taken', 'You have had a coupon with this code. Choose another.');
  const id = input.ids.uuid();
  await tx.coupon.createMany({ data: [{ id, sellerId, key, inputHash: hash, createdAt: now, ...terms }] });
  return { couponId: id };
}

/** Ends a coupon at once; one that is over stays as it was. Refuses: `coupon_not_found`, also for somebody else's. */
export async function endCoupon(tx: Tx, input: Tools & { sellerId: string; couponId: string }): Promise<void> {
  const { sellerId, couponId: id, clock } = input;
  const now = clock.now();
  const { count } = await tx.coupon.updateMany({
    where: { id, sellerId, endedAt: null, endsAt: { gt: now } },
    data: { endedAt: now },
  });
  if (count === 0 && (await tx.coupon.count({ where: { id, sellerId } })) === 0) throw couponNotFound();
}

async function refuseTooManyCoupons(tx: Tx, { sellerId, now }: { sellerId: string; now: Date }): Promise<void> {
  const open = await tx.coupon.count({ where: { sellerId, endedAt: null, endsAt: { gt: now } } });
  const made = await tx.coupon.count({ where: { sellerId, createdAt: { gt: dayBefore(now) } } });
  if (open >= openDiscountsMax || made >= newDiscountsMax) throw tooManyDiscounts();
}

/** A coupon whose row this transaction holds: nobody else uses it or gives it back meanwhile. */
export interface LockedCoupon extends CouponFacts {
  id: string;
  sellerId: string;
  code: string;
  percentBps: number | null;
  amountMinor: bigint | null;
  /** How often the buyer used it. */
  citizenUses: number;
}

/** Locks coupons in the order of their ids, and answers each by its seller. Refuses: `coupon_not_found`. */
export async function lockCoupons(
  tx: Tx,
  { couponIds, buyerId }: { couponIds: readonly string[]; buyerId: string },
): Promise<Map<string, LockedCoupon>> {
  if (couponIds.length === 0) return new Map();
  const ids = [...new Set(couponIds)];
  // Locked first and counted by a statement of its own, which sees what those before it used.
  await tx.$executeRaw`SELECT FROM coupon WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
  const rows = await tx.$queryRaw<LockedCoupon[]>(Prisma.sql`
    SELECT id, seller_id AS "sellerId", code, percent_bps AS "percentBps", amount_minor AS "amountMinor",
           minimum_minor AS "minimumMinor", starts_at AS "startsAt", ends_at AS "endsAt", ended_at AS "endedAt",
           uses, uses_max AS "usesMax", citizen_uses_max AS "citizenUsesMax",
           (SELECT count(*)::integer FROM coupon_use
             WHERE coupon_id = coupon.id AND citizen_id = ${buyerId}::uuid AND given_back_at IS NULL) AS "citizenUses"
      FROM coupon WHERE id = ANY (${ids}::uuid[])`);
  const bySeller = new Map(rows.map((coupon) => [coupon.sellerId, coupon]));
  if (bySeller.size < ids.length) throw couponNotFound();
  return bySeller;
}

/** Notes that an order used a locked coupon. */
export async function useCoupon(
  tx: Tx,
  use: { couponId: string; orderId: string; citizenId: string; amountMinor: bigint; usedAt: Date },
): Promise<void> {
  const { couponId } = use;
  const used = await tx.$executeRaw`UPDATE coupon SET uses = uses + 1 WHERE id = ${couponId}::uuid`;
  invariant(used === 1, 'a coupon that is locked is there');
  await tx.couponUse.createMany({ data: [use] });
}

/**
 * Gives the use of a coupon back where all of an order's money goes back: whoever did not get anything has not used it.
 * The order is locked.
 */
export async function giveCouponBack(tx: Tx, { orderId, at }: { orderId: string; at: Date }): Promise<void> {
  const use = await tx.couponUse.findUnique({ where: { orderId }, select: { couponId: true, givenBackAt: true } });
  if (use?.givenBackAt !== null) return;
  const { couponId } = use;
  await tx.$executeRaw`UPDATE coupon SET uses = uses - 1 WHERE id = ${couponId}::uuid`;
  await tx.couponUse.updateMany({ where: { orderId, givenBackAt: null }, data: { givenBackAt: at } });
}

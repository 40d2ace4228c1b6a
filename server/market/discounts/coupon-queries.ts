import { createdCursor, cutPage, newestFirst, olderThan, type PageInput } from '#server/market/cursors.ts';
import type { Page } from '#server/market/schema.ts';
import { ducat } from '#server/money/money.ts';
import type { Db, Prisma } from '#server/platform/db.ts';
import { couponNotFound, couponProblemOf, couponRefusal, endOf, stateAt } from './discount-rules.ts';
import type { CouponView, FoundCoupon } from './discount-schema.ts';

const couponSelected = {
  id: true,
  sellerId: true,
  code: true,
  percentBps: true,
  amountMinor: true,
  minimumMinor: true,
  startsAt: true,
  endsAt: true,
  endedAt: true,
  uses: true,
  usesMax: true,
  citizenUsesMax: true,
  createdAt: true,
} satisfies Prisma.CouponSelect;

type CouponRow = Prisma.CouponGetPayload<{ select: typeof couponSelected }>;

/** A coupon beside how often somebody used it. */
export interface KnownCoupon extends CouponRow {
  citizenUses: number;
}

/** A seller's coupons, newest first. Refuses: `invalid_cursor`. */
export async function couponsOf(db: Db, input: PageInput & { sellerId: string; now: Date }): Promise<Page<CouponView>> {
  const rows = await db.coupon.findMany({
    where: { sellerId: input.sellerId, ...olderThan(input.cursor) },
    orderBy: newestFirst,
    take: input.limit + 1,
    select: couponSelected,
  });
  const { items, nextCursor } = cutPage(rows, { limit: input.limit, cursorOf: createdCursor });
  const views = items.map(({ sellerId: _sellerId, createdAt: _createdAt, endedAt, ...coupon }) => ({
    ...coupon,
    amountMinor: coupon.amountMinor === null ? null : ducat(coupon.amountMinor),
    minimumMinor: ducat(coupon.minimumMinor),
    endsAt: endOf({ ...coupon, endedAt }),
    state: stateAt({ ...coupon, endedAt }, input.now),
  }));
  return { items: views, nextCursor };
}

/** Refuses: `coupon_not_found`, also for the code of another seller. */
export async function couponByCode(
  db: Db,
  input: { sellerId: string; code: string; citizenId: string | null },
): Promise<KnownCoupon> {
  const { sellerId, code, citizenId } = input;
  const coupon = await db.coupon.findUnique({
    where: { sellerId_code: { sellerId, code } },
    select: couponSelected,
  });
  if (coupon === null) throw couponNotFound();
  return { ...coupon, citizenUses: await usesOf(db, { couponId: coupon.id, citizenId }) };
}

/** The coupons in a cart by their sellers, each as it is at this moment. */
export async function couponsInCart(
  db: Db,
  input: { cart: Prisma.CartWhereInput; citizenId: string | null },
): Promise<Map<string, KnownCoupon>> {
  const rows = await db.cartCoupon.findMany({
    where: { cart: input.cart },
    take: 100,
    select: { coupon: { select: couponSelected } },
  });
  const coupons = new Map<string, KnownCoupon>();
  for (const { coupon } of rows)
    coupons.set(coupon.sellerId, {
      ...coupon,
      citizenUses: await usesOf(db, { couponId: coupon.id, citizenId: input.citizenId }),
    });
  return coupons;
}

/**
 * What a code is worth for somebody who looks at a listing of its seller. Refuses: `coupon_not_found` and whatever already
 * stands in the way, but for the minimum, which the quantity decides.
 */
export async function findCoupon(
  db: Db,
  input: { listingId: string; code: string; citizenId: string; now: Date },
): Promise<FoundCoupon> {
  const listing = await db.listing.findUnique({
    where: { id: input.listingId, state: 'published' },
    select: { sellerId: true },
  });
  if (listing === null) throw couponNotFound();
  const coupon = await couponByCode(db, { ...input, sellerId: listing.sellerId });
  const { now } = input;
  const problem = couponProblemOf(coupon, {
    ...{ now, citizenUses: coupon.citizenUses },
    ...{ subtotalMinor: null, offMinor: null },
  });
  if (problem !== null) throw couponRefusal(problem);
  const { code, percentBps, endsAt } = coupon;
  const amountMinor = coupon.amountMinor === null ? null : ducat(coupon.amountMinor);
  return { code, percentBps, amountMinor, minimumMinor: ducat(coupon.minimumMinor), endsAt };
}

/** Nobody signed in has used none. */
async function usesOf(
  db: Db,
  { couponId, citizenId }: { couponId: string; citizenId: string | null },
): Promise<number> {
  if (citizenId === null) return 0;
  return db.couponUse.count({ where: { couponId, citizenId, givenBackAt: null } });
}

import { couponByCode } from '#server/market/discounts/coupon-queries.ts';
import { couponNotFound, couponRefusal } from '#server/market/discounts/discount-rules.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { cartView } from './cart-queries.ts';
import { lockCartOf, type CartOwner } from './carts.ts';

interface Owned {
  readonly owner: CartOwner;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Keeps a code for what the cart holds of one seller, in place of any before; it is used with the purchase.
 * Refuses: `coupon_not_found` (also for the code of another seller, and where the cart holds nothing of this one), and
 * every `CouponProblem` that it has now.
 */
export async function applyCoupon(
  tx: Tx,
  input: Owned & { coupon: { sellerId: string; code: string } },
): Promise<void> {
  const { owner, clock, coupon } = input;
  const { sellerId } = coupon;
  const cartId = await lockCartOf(tx, input);
  if (cartId === null || (await tx.cartItem.count({ where: { cartId, listing: { sellerId } } })) === 0)
    throw couponNotFound();
  const citizenId = 'citizenId' in owner ? owner.citizenId : null;
  const { id: couponId } = await couponByCode(tx, { ...coupon, citizenId });
  await tx.cartCoupon.upsert({
    where: { cartId_sellerId: { cartId, sellerId } },
    create: { cartId, sellerId, couponId },
    update: { couponId },
    select: { couponId: true },
  });
  const { groups } = await cartView(tx, { owner, now: clock.now() });
  const problem = groups.find(({ seller }) => seller.citizenId === sellerId)?.coupon?.problem ?? null;
  // What was written goes back with the transaction.
  if (problem !== null) throw couponRefusal(problem);
}

/** Taking out a coupon that is not there any more changes nothing. */
export async function removeCoupon(tx: Tx, input: Owned & { sellerId: string }): Promise<void> {
  const cartId = await lockCartOf(tx, input);
  if (cartId !== null) await tx.cartCoupon.deleteMany({ where: { cartId, sellerId: input.sellerId } });
}

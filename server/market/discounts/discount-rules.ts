import { DomainError, refuse } from '#server/platform/errors.ts';
import type { CouponProblem, DiscountState } from './discount-schema.ts';

/** The pure decisions about sales and coupons. */

interface Lifetime {
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** When its seller ended it before its time. */
  readonly endedAt: Date | null;
}

/** From its first moment on, up to its last and without it. */
export function stateAt({ startsAt, endsAt, endedAt }: Lifetime, now: Date): DiscountState {
  if (endedAt !== null || endsAt <= now) return 'ended';
  return startsAt > now ? 'planned' : 'running';
}

/** When it is over, whichever comes first. */
export function endOf({ endsAt, endedAt }: Lifetime): Date {
  return endedAt !== null && endedAt < endsAt ? endedAt : endsAt;
}

export interface CouponFacts extends Lifetime {
  readonly uses: number;
  readonly usesMax: number | null;
  readonly citizenUsesMax: number | null;
  readonly minimumMinor: bigint;
}

/** What a coupon would do for somebody at this moment. */
export interface CouponWish {
  readonly now: Date;
  /** How often this citizen used it. */
  readonly citizenUses: number;
  /** What the seller's lines come to before it; null where it is not known yet. */
  readonly subtotalMinor: bigint | null;
  /** What it takes off; null where it is not known yet. */
  readonly offMinor: bigint | null;
}

/** The first reason why a coupon takes nothing off; null where it does. */
export function couponProblemOf(coupon: CouponFacts, wish: CouponWish): CouponProblem | null {
  const state = stateAt(coupon, wish.now);
  if (state !== 'running') return state === 'planned' ? 'coupon_not_begun' : 'coupon_over';
  if (coupon.usesMax !== null && coupon.uses >= coupon.usesMax) return 'coupon_used_up';
  if (coupon.citizenUsesMax !== null && wish.citizenUses >= coupon.citizenUsesMax) return 'coupon_used';
  if (wish.subtotalMinor !== null && wish.subtotalMinor < coupon.minimumMinor) return 'coupon_minimum';
  return wish.offMinor === 0n ? 'coupon_without_effect' : null;
}

const messages: Readonly<Record<CouponProblem, string>> = {
  coupon_not_begun: 'This coupon is not valid yet.',
  coupon_over: 'This coupon is no longer valid.',
  coupon_used_up: 'This coupon was used as often as it can be.',
  coupon_used: 'You have used this coupon as often as you can.',
  coupon_minimum: 'This coupon is for larger orders.',
  coupon_without_effect: 'This coupon takes nothing off what you buy.',
};

export function couponRefusal(code: CouponProblem): Error {
  return new DomainError({ kind: 'conflict', code, message: messages[code] });
}

/** The same for a code that does not exist, that is another seller's, or that was mistyped. */
export function couponNotFound(): Error {
  return refuse('not_found', 'coupon_not_found', 'This seller has no such coupon.');
}

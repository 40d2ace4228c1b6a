import { attemptKey, pageInput } from '#server/market/schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';
import { couponCodeLength, couponCodeOf } from './coupon-code-schema.ts';
import { percentBps } from './step-schema.ts';

/** Inputs and views of sales and coupons, shared by forms, procedures and pages. */

/** Sales of one seller that are planned or running, and coupons that can be used, at once. */
export const openDiscountsMax = 50;

/** Sales, and coupons, that one seller may make within 24 hours. */
export const newDiscountsMax = 100;

export const saleListingsMax = 100;
export const couponUsesMax = 1_000_000;

/** The longest window, and how far ahead one may begin. */
export const windowDaysMax = 366;

/** Centesimi: of a coupon and its minimum. */
export const couponAmountMinorMax = 10_000_000_000n;

const dayMs = 86_400_000;
const moment = z.date();

const windowShape = { startsAt: moment, endsAt: moment };

interface Window {
  startsAt: Date;
  endsAt: Date;
}

/** A window goes forward, and is not longer than a year. */
function checkWindow<Value extends Window>({ startsAt, endsAt }: Value, context: z.RefinementCtx<Value>): void {
  const days = (endsAt.getTime() - startsAt.getTime()) / dayMs;
  if (days > 0 && days <= windowDaysMax) return;
  context.addIssue({ code: 'custom', path: ['endsAt'], message: days <= 0 ? 'window_reversed' : 'window_too_long' });
}

export const planSaleInput = z
  .object({
    percentBps,
    /** Null for all listings, those of later too. */
    listingIds: z.array(z.uuid()).min(1).max(saleListingsMax).nullable(),
    ...windowShape,
    key: attemptKey,
  })
  .superRefine(checkWindow);
export type PlanSaleInput = z.output<typeof planSaleInput>;

export const saleIdInput = z.object({ saleId: z.uuid() });

/** Typed as anybody likes, kept in capitals. */
export const couponCode = z
  .string()
  .max(couponCodeLength.max * 2)
  .transform((text, context) => {
    const code = couponCodeOf(text);
    if (code === null) context.addIssue({ code: 'custom', message: 'not_a_code' });
    return code ?? z.NEVER;
  });

const uses = z.number().int().min(1).max(couponUsesMax).nullable();

const couponShape = z.object({
  code: couponCode,
  /** Either this or the amount. */
  percentBps: percentBps.nullable(),
  amountMinor: z.bigint().min(1n).max(couponAmountMinorMax).nullable(),
  /** What the seller's lines have to come to before it. */
  minimumMinor: z.bigint().min(0n).max(couponAmountMinorMax),
  /** Null: as often as anybody likes. */
  usesMax: uses,
  citizenUsesMax: uses,
  ...windowShape,
  key: attemptKey,
});

export const makeCouponInput = couponShape.superRefine((coupon, context) => {
  checkWindow(coupon, context);
  if ((coupon.percentBps === null) === (coupon.amountMinor === null))
    context.addIssue({ code: 'custom', path: ['percentBps'], message: 'percent_or_amount' });
});
export type MakeCouponInput = z.output<typeof makeCouponInput>;

export const couponIdInput = z.object({ couponId: z.uuid() });

/** A code for what is on a listing's page. */
export const findCouponInput = z.object({ listingId: z.uuid(), code: couponCode });

export const discountPageInput = pageInput;

export const discountStates = ['planned', 'running', 'ended'] as const;
export type DiscountState = (typeof discountStates)[number];

export interface SaleView {
  id: string;
  percentBps: number;
  startsAt: Date;
  /** When it ends, or when its seller ended it. */
  endsAt: Date;
  state: DiscountState;
  /** Null for all listings. */
  listings: { id: string; title: string }[] | null;
}

/** A coupon as its seller sees it. */
export interface CouponView {
  id: string;
  code: string;
  percentBps: number | null;
  amountMinor: DucatMinor | null;
  minimumMinor: DucatMinor;
  startsAt: Date;
  endsAt: Date;
  state: DiscountState;
  /** Those that were not given back. */
  uses: number;
  usesMax: number | null;
  citizenUsesMax: number | null;
}

/** A coupon as a buyer who knows its code sees it. */
export interface FoundCoupon {
  code: string;
  percentBps: number | null;
  amountMinor: DucatMinor | null;
  minimumMinor: DucatMinor;
  endsAt: Date;
}

/** Why a coupon that exists takes nothing off, the first that holds. */
export const couponProblems = [
  'coupon_not_begun',
  'coupon_over',
  'coupon_used_up',
  'coupon_used',
  'coupon_minimum',
  'coupon_without_effect',
] as const;
export type CouponProblem = (typeof couponProblems)[number];

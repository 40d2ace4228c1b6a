import type { Principal } from '#server/platform/session.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';
import type { Context } from '#server/platform/trpc.ts';
import { couponsOf, findCoupon } from './coupon-queries.ts';
import { endCoupon, makeCoupon } from './coupons.ts';
import {
  couponIdInput,
  discountPageInput,
  findCouponInput,
  makeCouponInput,
  planSaleInput,
  saleIdInput,
} from './discount-schema.ts';
import { salesOf } from './sale-queries.ts';
import { endSale, planSale } from './sales.ts';

/** What sellers make cheaper, and what a buyer's code is worth. */
export const discountsRouter = router({
  /** The reader's own sales. */
  sales: citizenProcedure({ limit: 'read', audited: false })
    .input(discountPageInput)
    .query(({ ctx, input }) => salesOf(ctx.database.client, { ...input, ...readerOf(ctx) })),

  /** The reader's own coupons. */
  coupons: citizenProcedure({ limit: 'read', audited: false })
    .input(discountPageInput)
    .query(({ ctx, input }) => couponsOf(ctx.database.client, { ...input, ...readerOf(ctx) })),

  /** Refuses what `planSale` refuses. */
  planSale: citizenProcedure({ limit: 'write', audited: false })
    .input(planSaleInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => planSale(tx, { ...sellerOf(ctx), sale: input }))),

  /** Refuses `sale_not_found`. */
  endSale: citizenProcedure({ limit: 'write', audited: false })
    .input(saleIdInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => endSale(tx, { ...sellerOf(ctx), ...input }))),

  /** Refuses what `makeCoupon` refuses. */
  makeCoupon: citizenProcedure({ limit: 'write', audited: false })
    .input(makeCouponInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => makeCoupon(tx, { ...sellerOf(ctx), coupon: input })),
    ),

  /** Refuses `coupon_not_found`. */
  endCoupon: citizenProcedure({ limit: 'write', audited: false })
    .input(couponIdInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => endCoupon(tx, { ...sellerOf(ctx), ...input }))),

  /** What a code is worth for this listing; as rare as writing, so that nobody tries all codes. */
  findCoupon: citizenProcedure({ limit: 'write', audited: false })
    .input(findCouponInput)
    .mutation(({ ctx, input }) =>
      findCoupon(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId, now: ctx.clock.now() }),
    ),
});

type Asking = Pick<Context, 'clock' | 'ids'> & { principal: Principal };

function sellerOf({ principal, clock, ids }: Asking) {
  return { sellerId: principal.citizenId, clock, ids };
}

function readerOf({ principal, clock }: Asking) {
  return { sellerId: principal.citizenId, now: clock.now() };
}

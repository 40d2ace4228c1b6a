import { owesSecondFactor } from '#server/platform/access.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { ensureBrowserId } from '#server/platform/browser-cookie.ts';
import type { Database } from '#server/platform/db.ts';
import type { Principal } from '#server/platform/session.ts';
import { citizenProcedure, publicProcedure, router } from '#server/platform/trpc.ts';
import type { Context } from '#server/platform/trpc.ts';
import { cartCount, cartView } from './cart-queries.ts';
import { applyCoupon, removeCoupon } from './cart-coupons.ts';
import {
  addToCartInput,
  cartCouponInput,
  cartCouponOfInput,
  cartItemInput,
  cartQuantityInput,
  checkOutInput,
  type CartView,
} from './cart-schema.ts';
import { topUpAndBuy, continueCheckout } from './checkout-flows.ts';
import { checkoutOfTopUp } from './checkout-queries.ts';
import { checkOut } from './checkouts.ts';
import { z } from 'zod';
import { acceptCartItem, addToCart, mergeCarts, removeFromCart, setCartQuantity, type CartOwner } from './carts.ts';
import { ducat } from '#server/money/money.ts';

const emptyCart: CartView = { groups: [], count: 0, totalMinor: ducat(0n), problems: 0 };

/** What someone means to buy, signed in or not. */
export const cartRouter = router({
  get: publicProcedure({ limit: 'read', audited: false }).query(async ({ ctx }) => {
    const owner = await ownerOf(ctx);
    return owner === null ? emptyCart : await cartView(ctx.database.client, { owner, now: ctx.clock.now() });
  }),

  /** Units of everything in it. */
  count: publicProcedure({ limit: 'read', audited: false }).query(async ({ ctx }) => {
    const owner = await ownerOf(ctx);
    return owner === null ? 0 : await cartCount(ctx.database.client, owner);
  }),

  /** Refuses `listing_not_found`, `variant_required`, `variant_unavailable`, `own_listing`, `cart_full`. */
  add: publicProcedure({ limit: 'write', audited: false })
    .input(addToCartInput)
    .mutation(async ({ ctx, input }) => {
      const owner = (await ownerOf(ctx)) ?? { browserHash: sha256(ensureBrowserId(ctx)) };
      return ctx.database.inTransaction((tx) => addToCart(tx, { ...toolsOf(ctx), owner, item: input }));
    }),

  /** Refuses `cart_item_not_found`. */
  setQuantity: publicProcedure({ limit: 'write', audited: false })
    .input(cartQuantityInput)
    .mutation(async ({ ctx, input }) => {
      const owner = await ownerOrNobody(ctx);
      await ctx.database.inTransaction((tx) => setCartQuantity(tx, { ...toolsOf(ctx), owner, ...input }));
    }),

  remove: publicProcedure({ limit: 'write', audited: false })
    .input(cartItemInput)
    .mutation(async ({ ctx, input }) => {
      const owner = await ownerOrNobody(ctx);
      await ctx.database.inTransaction((tx) => removeFromCart(tx, { ...toolsOf(ctx), owner, ...input }));
    }),

  /** Agrees to what an item costs and says now. Refuses `cart_item_not_found`, `variant_unavailable`. */
  accept: publicProcedure({ limit: 'write', audited: false })
    .input(cartItemInput)
    .mutation(async ({ ctx, input }) => {
      const owner = await ownerOrNobody(ctx);
      await ctx.database.inTransaction((tx) => acceptCartItem(tx, { ...toolsOf(ctx), owner, ...input }));
    }),

  /** Takes a code for what is bought of one seller. Refuses what `applyCoupon` refuses. */
  applyCoupon: publicProcedure({ limit: 'write', audited: false })
    .input(cartCouponInput)
    .mutation(async ({ ctx, input }) => {
      const owner = await ownerOrNobody(ctx);
      await ctx.database.inTransaction((tx) => applyCoupon(tx, { ...toolsOf(ctx), owner, coupon: input }));
    }),

  removeCoupon: publicProcedure({ limit: 'write', audited: false })
    .input(cartCouponOfInput)
    .mutation(async ({ ctx, input }) => {
      const owner = await ownerOrNobody(ctx);
      await ctx.database.inTransaction((tx) => removeCoupon(tx, { ...toolsOf(ctx), owner, ...input }));
    }),

  /**
   * Buys everything in it from the wallet. Refuses `cart_empty`, `cart_changed`, `cart_has_problems`,
   * `idempotency_key_reused`, `insufficient_funds` and what a purchase refuses.
   */
  checkOut: citizenProcedure({ limit: 'money', audited: false })
    .input(checkOutInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => checkOut(tx, { ...paying(ctx), checkout: input })),
    ),

  /** Opens Stripe's page for what is missing; the purchase follows by itself. Refuses the same, and what a top-up refuses. */
  topUpAndBuy: citizenProcedure({ limit: 'money', audited: false })
    .input(checkOutInput)
    .mutation(({ ctx, input }) => topUpAndBuy(ctx, { citizenId: ctx.principal.citizenId, checkout: input })),

  /** Buys what waited for this top-up, where it is in the wallet by now. Refuses `checkout_not_found`. */
  continue: citizenProcedure({ limit: 'money', audited: false })
    .input(z.object({ topUpId: z.uuid() }))
    .mutation(({ ctx, input }) => continueCheckout(ctx, { ...input, citizenId: ctx.principal.citizenId })),

  /** How far the purchase that waits for this top-up is; null where there is none, also for somebody else's. */
  ofTopUp: citizenProcedure({ limit: 'read', audited: false })
    .input(z.object({ topUpId: z.uuid() }))
    .query(async ({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      const found = await checkoutOfTopUp(ctx.database.client, { ...input, citizenId });
      return found === null ? null : { state: found.state, orderIds: found.orderIds, refusal: found.refusal };
    }),
});

function paying({
  principal,
  clock,
  ids,
  secret,
}: Pick<Context, 'clock' | 'ids' | 'secret'> & { principal: Principal }) {
  return { citizenId: principal.citizenId, clock, ids, secret };
}

type Asking = Pick<Context, 'principal' | 'client' | 'clock' | 'ids' | 'setCookie' | 'appUrl'> & { database: Database };

/** Whose cart it is. What a browser held before its citizen signed in becomes theirs with the first look after it. */
async function ownerOf(ctx: Asking): Promise<CartOwner | null> {
  const { principal, client, database } = ctx;
  const browserHash = client.browserId === null ? null : sha256(client.browserId);
  if (principal === null || owesSecondFactor(principal)) return browserHash === null ? null : { browserHash };
  const { citizenId } = principal;
  if (browserHash !== null && (await database.client.cart.count({ where: { browserHash } })) > 0)
    await database.inTransaction((tx) => mergeCarts(tx, { ...toolsOf(ctx), citizenId, browserHash }));
  return { citizenId };
}

/** A cart that holds nothing, for whoever has none. */
async function ownerOrNobody(ctx: Asking): Promise<CartOwner> {
  return (await ownerOf(ctx)) ?? { browserHash: sha256('') };
}

function toolsOf({ clock, ids }: Pick<Context, 'clock' | 'ids'>) {
  return { clock, ids };
}

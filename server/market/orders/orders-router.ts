import {
  disputedOrders,
  escrowOf,
  orderForParty,
  ordersBought,
  ordersSold,
} from '#server/market/orders/order-queries.ts';
import {
  disputeInput,
  orderIdInput,
  placeOrderInput,
  resolveInput,
  sellerNoteInput,
} from '#server/market/orders/order-schema.ts';
import {
  cancelOrder,
  confirmOrder,
  deliverOrder,
  openDispute,
  resolveDispute,
} from '#server/market/orders/order-steps.ts';
import type { OrderVisitor } from '#server/market/orders/order-steps.ts';
import { placeOrder } from '#server/market/orders/orders.ts';
import { pageInput } from '#server/market/schema.ts';
import { actsAsOperator } from '#server/platform/access.ts';
import type { Principal } from '#server/platform/session.ts';
import { citizenProcedure, operatorProcedure, router } from '#server/platform/trpc.ts';
import type { Context } from '#server/platform/trpc.ts';

export const ordersRouter = router({
  place: citizenProcedure({ limit: 'money', audited: false })
    .input(placeOrderInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) =>
        placeOrder(tx, { buyerId: ctx.principal.citizenId, order: input, ...toolsOf(ctx) }),
      ),
    ),

  byId: citizenProcedure({ limit: 'read', audited: false })
    .input(orderIdInput)
    .query(({ ctx, input }) => orderForParty(ctx.database.client, { ...input, visitor: orderVisitor(ctx.principal) })),

  bought: citizenProcedure({ limit: 'read', audited: false })
    .input(pageInput)
    .query(({ ctx, input }) => ordersBought(ctx.database.client, { ...input, buyerId: ctx.principal.citizenId })),

  sold: citizenProcedure({ limit: 'read', audited: false })
    .input(pageInput)
    .query(({ ctx, input }) => ordersSold(ctx.database.client, { ...input, sellerId: ctx.principal.citizenId })),

  /** What the reader's open purchases hold in escrow. */
  inEscrow: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    escrowOf(ctx.database.client, ctx.principal.citizenId),
  ),

  deliver: citizenProcedure({ limit: 'write', audited: false })
    .input(sellerNoteInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => deliverOrder(tx, { ...input, ...visitorOf(ctx) })),
    ),

  confirm: citizenProcedure({ limit: 'money', audited: false })
    .input(orderIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => confirmOrder(tx, { ...input, ...visitorOf(ctx) })),
    ),

  cancel: citizenProcedure({ limit: 'money', audited: false })
    .input(sellerNoteInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => cancelOrder(tx, { ...input, ...visitorOf(ctx) }))),

  dispute: citizenProcedure({ limit: 'write', audited: false })
    .input(disputeInput)
    .mutation(({ ctx, input: { orderId, reason } }) =>
      ctx.database.inTransaction((tx) => openDispute(tx, { orderId, note: reason, ...visitorOf(ctx) })),
    ),

  resolve: operatorProcedure(['support', 'finance'], { limit: 'money', audited: true })
    .input(resolveInput)
    .mutation(({ ctx, input: { orderId, outcome, reason } }) =>
      ctx.database.inTransaction((tx) => resolveDispute(tx, { orderId, outcome, note: reason, ...visitorOf(ctx) })),
    ),

  disputed: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false })
    .input(pageInput)
    .query(({ ctx, input }) => disputedOrders(ctx.database.client, input)),
});

/** Whoever may act as an operator sees and decides the orders of others; everyone else only their own. */
function orderVisitor(principal: Principal): OrderVisitor {
  return { citizenId: principal.citizenId, role: actsAsOperator(principal) ? 'operator' : 'citizen' };
}

type Tools = Pick<Context, 'clock' | 'ids' | 'secret'>;
type Acting = Tools & { principal: Principal };

function toolsOf(ctx: Tools): Tools {
  return { clock: ctx.clock, ids: ctx.ids, secret: ctx.secret };
}

function visitorOf(ctx: Acting) {
  return { visitor: orderVisitor(ctx.principal), ...toolsOf(ctx) };
}

import { boughtVersion } from '#server/market/orders/bought-versions.ts';
import { feeBandsInput } from '#server/market/orders/fee-band-schema.ts';
import { feeBands, setFeeBands } from '#server/market/orders/fee-bands.ts';
import {
  disputedOrders,
  escrowOf,
  orderForParty,
  ordersBought,
  ordersSold,
} from '#server/market/orders/order-queries.ts';
import {
  agreeInput,
  disputeInput,
  orderIdInput,
  orderLineInput,
  orderSettingInput,
  placeOrderInput,
  proposeInput,
  refundPartInput,
  resolveInput,
  sellerNoteInput,
} from '#server/market/orders/order-schema.ts';
import { acceptsItself, setAcceptsItself } from '#server/market/orders/order-settings.ts';
import {
  acceptOrder,
  cancelOrder,
  confirmOrder,
  declineOrder,
  deliverOrder,
  openDispute,
  refundOrder,
} from '#server/market/orders/order-steps.ts';
import type { OrderVisitor } from '#server/market/orders/order-steps.ts';
import { placeOrder } from '#server/market/orders/orders.ts';
import { refundPart } from '#server/market/orders/part-refunds.ts';
import { processDrawings } from '#server/market/orders/process-views.ts';
import { agreeToSettlement, proposeSettlement, resolveOrder } from '#server/market/orders/settlements.ts';
import { repeated } from '#server/payments/repeated.ts';
import { pageInput } from '#server/market/schema.ts';
import { actsAsOperator } from '#server/platform/access.ts';
import type { Principal } from '#server/platform/session.ts';
import { citizenProcedure, operatorProcedure, router } from '#server/platform/trpc.ts';
import type { Context } from '#server/platform/trpc.ts';

/** What every order takes. */
const often = { isDirect: true } as const;

export const ordersRouter = router({
  place: citizenProcedure({ limit: 'money', audited: false })
    .input(placeOrderInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction(
        (tx) => placeOrder(tx, { buyerId: ctx.principal.citizenId, order: input, ...toolsOf(ctx) }),
        often,
      ),
    ),

  byId: citizenProcedure({ limit: 'read', audited: false })
    .input(orderIdInput)
    .query(({ ctx, input }) => orderForParty(ctx.database.client, { ...input, visitor: orderVisitor(ctx.principal) })),

  /** The listing of a line as it was bought. Refuses `order_not_found`. */
  lineAsBought: citizenProcedure({ limit: 'read', audited: false })
    .input(orderLineInput)
    .query(({ ctx, input }) => boughtVersion(ctx.database.client, { ...input, visitor: orderVisitor(ctx.principal) })),

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

  accept: citizenProcedure({ limit: 'write', audited: false })
    .input(orderIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => acceptOrder(tx, { ...input, ...visitorOf(ctx) }), often),
    ),

  decline: citizenProcedure({ limit: 'money', audited: false })
    .input(sellerNoteInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => declineOrder(tx, { ...input, ...visitorOf(ctx) })),
    ),

  deliver: citizenProcedure({ limit: 'write', audited: false })
    .input(sellerNoteInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => deliverOrder(tx, { ...input, ...visitorOf(ctx) }), often),
    ),

  confirm: citizenProcedure({ limit: 'money', audited: false })
    .input(orderIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => confirmOrder(tx, { ...input, ...visitorOf(ctx) }), often),
    ),

  cancel: citizenProcedure({ limit: 'money', audited: false })
    .input(sellerNoteInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => cancelOrder(tx, { ...input, ...visitorOf(ctx) }))),

  dispute: citizenProcedure({ limit: 'write', audited: false })
    .input(disputeInput)
    .mutation(({ ctx, input: { orderId, reason } }) =>
      ctx.database.inTransaction((tx) => openDispute(tx, { orderId, note: reason, ...visitorOf(ctx) })),
    ),

  refundAll: citizenProcedure({ limit: 'money', audited: false })
    .input(sellerNoteInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => refundOrder(tx, { ...input, ...visitorOf(ctx) }))),

  /** A part of what was paid goes back; also for operators while the money is in escrow. */
  refundPart: citizenProcedure({ limit: 'money', audited: true })
    .input(refundPartInput)
    .mutation(({ ctx, input }) =>
      repeated(() => ctx.database.inTransaction((tx) => refundPart(tx, { ...input, ...visitorOf(ctx) }))),
    ),

  propose: citizenProcedure({ limit: 'write', audited: false })
    .input(proposeInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => proposeSettlement(tx, { ...input, ...visitorOf(ctx) })),
    ),

  agree: citizenProcedure({ limit: 'money', audited: false })
    .input(agreeInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => agreeToSettlement(tx, { ...input, ...visitorOf(ctx) })),
    ),

  /** How the reader's own sales are accepted. */
  setting: citizenProcedure({ limit: 'read', audited: false }).query(async ({ ctx }) => ({
    acceptsItself: await acceptsItself(ctx.database.client, ctx.principal.citizenId),
  })),

  setSetting: citizenProcedure({ limit: 'write', audited: false })
    .input(orderSettingInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) =>
        setAcceptsItself(tx, { ...input, sellerId: ctx.principal.citizenId, clock: ctx.clock }),
      ),
    ),

  /** Every version of the order process, as it is declared. */
  processes: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false }).query(() =>
    processDrawings(),
  ),

  /** What a sale costs by volume, beside the fees of tiers. */
  feeBands: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false }).query(({ ctx }) =>
    feeBands(ctx.database.client),
  ),

  /** Refuses `fee_bands_not_falling`. */
  setFeeBands: operatorProcedure(['admin'], { limit: 'write', audited: true, proof: 'fresh_factor' })
    .input(feeBandsInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => setFeeBands(tx, input.bands))),

  resolve: operatorProcedure(['support', 'finance'], { limit: 'money', audited: true })
    .input(resolveInput)
    .mutation(({ ctx, input: { reason: note, ...input } }) =>
      ctx.database.inTransaction((tx) => resolveOrder(tx, { ...input, note, ...visitorOf(ctx) })),
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

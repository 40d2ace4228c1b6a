import { publishListing, republishListing, updateListing, withdrawListing } from '#server/market/listings.ts';
import { cancelOrder, confirmOrder, deliverOrder, openDispute, resolveDispute } from '#server/market/order-steps.ts';
import { placeOrder } from '#server/market/orders.ts';
import {
  categories,
  disputedOrders,
  escrowOf,
  listingById,
  orderForParty,
  ordersBought,
  ordersSold,
  ownListings,
} from '#server/market/queries.ts';
import {
  disputeInput,
  listingIdInput,
  orderIdInput,
  pageInput,
  placeOrderInput,
  publishListingInput,
  resolveInput,
  searchListingsInput,
  sellerNoteInput,
  updateListingInput,
} from '#server/market/schema.ts';
import type { OrderVisitor } from '#server/market/order-steps.ts';
import { searchListings } from '#server/market/search.ts';
import { actsAsOperator } from '#server/platform/access.ts';
import type { Principal } from '#server/platform/session.ts';
import { citizenProcedure, operatorProcedure, publicProcedure, router } from '#server/platform/trpc.ts';
import type { Context } from '#server/platform/trpc.ts';

export const listingsRouter = router({
  search: publicProcedure({ limit: 'read', audited: false })
    .input(searchListingsInput)
    .query(({ ctx, input }) => searchListings(ctx.database.client, input)),

  categories: publicProcedure({ limit: 'read', audited: false }).query(({ ctx }) => categories(ctx.database.client)),

  byId: publicProcedure({ limit: 'read', audited: false })
    .input(listingIdInput)
    .query(({ ctx, input }) =>
      listingById(ctx.database.client, { ...input, visitorId: ctx.principal?.citizenId ?? null }),
    ),

  mine: citizenProcedure({ limit: 'read', audited: false })
    .input(pageInput)
    .query(({ ctx, input }) => ownListings(ctx.database.client, { ...input, sellerId: ctx.principal.citizenId })),

  publish: citizenProcedure({ limit: 'write', audited: false })
    .input(publishListingInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => publishListing(tx, { ...sellerOf(ctx), listing: input })),
    ),

  update: citizenProcedure({ limit: 'write', audited: false })
    .input(updateListingInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => updateListing(tx, { ...sellerOf(ctx), listing: input })),
    ),

  withdraw: citizenProcedure({ limit: 'write', audited: false })
    .input(listingIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => withdrawListing(tx, { ...sellerOf(ctx), ...input })),
    ),

  republish: citizenProcedure({ limit: 'write', audited: false })
    .input(listingIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => republishListing(tx, { ...sellerOf(ctx), ...input })),
    ),
});

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

function sellerOf(ctx: Acting) {
  return { sellerId: ctx.principal.citizenId, ...toolsOf(ctx) };
}

function visitorOf(ctx: Acting) {
  return { visitor: orderVisitor(ctx.principal), ...toolsOf(ctx) };
}

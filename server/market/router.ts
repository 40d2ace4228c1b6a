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
import { searchListings } from '#server/market/search.ts';
import type { Principal } from '#server/platform/session.ts';
import { citizenProcedure, operatorProcedure, publicProcedure, router } from '#server/platform/trpc.ts';
import type { Context } from '#server/platform/trpc.ts';

export const listingsRouter = router({
  search: publicProcedure
    .input(searchListingsInput)
    .query(({ ctx, input }) => searchListings(ctx.database.client, input)),

  categories: publicProcedure.query(({ ctx }) => categories(ctx.database.client)),

  byId: publicProcedure
    .input(listingIdInput)
    .query(({ ctx, input }) =>
      listingById(ctx.database.client, { ...input, visitorId: ctx.principal?.citizenId ?? null }),
    ),

  mine: citizenProcedure
    .input(pageInput)
    .query(({ ctx, input }) => ownListings(ctx.database.client, { ...input, sellerId: ctx.principal.citizenId })),

  publish: citizenProcedure
    .input(publishListingInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => publishListing(tx, { ...sellerOf(ctx), listing: input })),
    ),

  update: citizenProcedure
    .input(updateListingInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => updateListing(tx, { ...sellerOf(ctx), listing: input })),
    ),

  withdraw: citizenProcedure
    .input(listingIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => withdrawListing(tx, { ...sellerOf(ctx), ...input })),
    ),

  republish: citizenProcedure
    .input(listingIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => republishListing(tx, { ...sellerOf(ctx), ...input })),
    ),
});

export const ordersRouter = router({
  place: citizenProcedure
    .input(placeOrderInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) =>
        placeOrder(tx, { buyerId: ctx.principal.citizenId, order: input, ...toolsOf(ctx) }),
      ),
    ),

  byId: citizenProcedure
    .input(orderIdInput)
    .query(({ ctx, input }) => orderForParty(ctx.database.client, { ...input, visitor: ctx.principal })),

  bought: citizenProcedure
    .input(pageInput)
    .query(({ ctx, input }) => ordersBought(ctx.database.client, { ...input, buyerId: ctx.principal.citizenId })),

  sold: citizenProcedure
    .input(pageInput)
    .query(({ ctx, input }) => ordersSold(ctx.database.client, { ...input, sellerId: ctx.principal.citizenId })),

  /** What the reader's open purchases hold in escrow. */
  inEscrow: citizenProcedure.query(({ ctx }) => escrowOf(ctx.database.client, ctx.principal.citizenId)),

  deliver: citizenProcedure
    .input(sellerNoteInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => deliverOrder(tx, { ...input, ...visitorOf(ctx) })),
    ),

  confirm: citizenProcedure
    .input(orderIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => confirmOrder(tx, { ...input, ...visitorOf(ctx) })),
    ),

  cancel: citizenProcedure
    .input(sellerNoteInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => cancelOrder(tx, { ...input, ...visitorOf(ctx) }))),

  dispute: citizenProcedure
    .input(disputeInput)
    .mutation(({ ctx, input: { orderId, reason } }) =>
      ctx.database.inTransaction((tx) => openDispute(tx, { orderId, note: reason, ...visitorOf(ctx) })),
    ),

  resolve: operatorProcedure
    .input(resolveInput)
    .mutation(({ ctx, input: { orderId, outcome, reason } }) =>
      ctx.database.inTransaction((tx) => resolveDispute(tx, { orderId, outcome, note: reason, ...visitorOf(ctx) })),
    ),

  disputed: operatorProcedure.input(pageInput).query(({ ctx, input }) => disputedOrders(ctx.database.client, input)),
});

type Tools = Pick<Context, 'clock' | 'ids' | 'secret'>;
type Acting = Tools & { principal: Principal };

function toolsOf(ctx: Tools): Tools {
  return { clock: ctx.clock, ids: ctx.ids, secret: ctx.secret };
}

function sellerOf(ctx: Acting) {
  return { sellerId: ctx.principal.citizenId, ...toolsOf(ctx) };
}

function visitorOf(ctx: Acting) {
  return { visitor: { citizenId: ctx.principal.citizenId, role: ctx.principal.role }, ...toolsOf(ctx) };
}

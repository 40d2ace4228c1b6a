import { listingIdInput, publishListingInput, updateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { listingOnShow, ownListings } from '#server/market/catalogue/listing-queries.ts';
import { orderContent, ownContent } from '#server/market/catalogue/content-queries.ts';
import { categoryTree } from '#server/market/catalogue/category-queries.ts';
import {
  archiveListing,
  pauseListing,
  publishListing,
  republishListing,
  updateListing,
} from '#server/market/catalogue/listings.ts';
import { categoriesProcedure, searchProcedure } from '#server/market/search/search-router.ts';
import { orderIdInput } from '#server/market/orders/order-schema.ts';
import { pageInput } from '#server/market/schema.ts';
import type { Principal } from '#server/platform/session.ts';
import { citizenProcedure, publicProcedure, router } from '#server/platform/trpc.ts';
import type { Context } from '#server/platform/trpc.ts';

export const listingsRouter = router({
  search: searchProcedure,

  categories: categoriesProcedure,

  categoryTree: publicProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    categoryTree(ctx.database.client),
  ),

  byId: publicProcedure({ limit: 'read', audited: false })
    .input(listingIdInput)
    .query(({ ctx, input }) =>
      listingOnShow(ctx.database.client, {
        ...{ ...input, now: ctx.clock.now() },
        visitorId: ctx.principal?.citizenId ?? null,
      }),
    ),

  ownContent: citizenProcedure({ limit: 'read', audited: false })
    .input(listingIdInput)
    .query(({ ctx, input }) => ownContent(ctx.database.client, { ...input, sellerId: ctx.principal.citizenId })),

  orderContent: citizenProcedure({ limit: 'read', audited: false })
    .input(orderIdInput)
    .query(({ ctx, input }) => orderContent(ctx.database.client, { ...input, readerId: ctx.principal.citizenId })),

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

  pause: citizenProcedure({ limit: 'write', audited: false })
    .input(listingIdInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => pauseListing(tx, { ...sellerOf(ctx), ...input }))),

  republish: citizenProcedure({ limit: 'write', audited: false })
    .input(listingIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => republishListing(tx, { ...sellerOf(ctx), ...input })),
    ),

  archive: citizenProcedure({ limit: 'write', audited: false })
    .input(listingIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => archiveListing(tx, { ...sellerOf(ctx), ...input })),
    ),
});

function sellerOf(ctx: Pick<Context, 'clock' | 'ids'> & { principal: Principal }) {
  return { sellerId: ctx.principal.citizenId, clock: ctx.clock, ids: ctx.ids };
}

import { listingIdInput } from '#server/market/catalogue/catalogue-schema.ts';
import { featureListing, moveFeatured, unfeatureListing } from '#server/market/featured/featured.ts';
import { allFeatured, featuredNow } from '#server/market/featured/featured-queries.ts';
import { featureInput, moveFeaturedInput } from '#server/market/featured/featured-schema.ts';
import { operatorProcedure, publicProcedure, router } from '#server/platform/trpc.ts';

/** What operators chose for the home page. */
export const featuredRouter = router({
  now: publicProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    featuredNow(ctx.database.client, ctx.clock.now()),
  ),
});

const writing = () => operatorProcedure(['support'], { limit: 'write', audited: true });

/** How they choose it. */
export const featuredDeskRouter = router({
  list: operatorProcedure(['support'], { limit: 'read', audited: false }).query(({ ctx }) =>
    allFeatured(ctx.database.client, ctx.clock.now()),
  ),

  /** Adds one, or gives it another time. Refuses `listing_not_found`, `featured_full`. */
  put: writing()
    .input(featureInput)
    .mutation(({ ctx, input: featured }) =>
      ctx.database.inTransaction((tx) =>
        featureListing(tx, { featured, operatorId: ctx.principal.citizenId, clock: ctx.clock }),
      ),
    ),

  /** Refuses `listing_not_found`. */
  move: writing()
    .input(moveFeaturedInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => moveFeatured(tx, input))),

  remove: writing()
    .input(listingIdInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => unfeatureListing(tx, input.listingId))),
});

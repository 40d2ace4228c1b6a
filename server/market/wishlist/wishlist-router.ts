import { listingIdInput } from '#server/market/catalogue/catalogue-schema.ts';
import { pageInput } from '#server/market/schema.ts';
import { unwish, wish } from '#server/market/wishlist/wishlist.ts';
import { wishCount, wishedAmong, wishesOf } from '#server/market/wishlist/wishlist-queries.ts';
import { amongInput } from '#server/market/wishlist/wishlist-schema.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';

const reading = () => citizenProcedure({ limit: 'read', audited: false });
const writing = () => citizenProcedure({ limit: 'write', audited: false });

/** What the reader wishes for. */
export const wishlistRouter = router({
  list: reading()
    .input(pageInput)
    .query(({ ctx, input }) =>
      wishesOf(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId, now: ctx.clock.now() }),
    ),

  among: reading()
    .input(amongInput)
    .query(({ ctx, input }) => wishedAmong(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId })),

  count: reading().query(({ ctx }) => wishCount(ctx.database.client, ctx.principal.citizenId)),

  /** Refuses `listing_not_found`, `own_wish`, `wishlist_full`. */
  put: writing()
    .input(listingIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => wish(tx, { ...input, citizenId: ctx.principal.citizenId, clock: ctx.clock })),
    ),

  remove: writing()
    .input(listingIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => unwish(tx, { ...input, citizenId: ctx.principal.citizenId })),
    ),
});

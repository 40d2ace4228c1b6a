import { listingIdInput } from '#server/market/catalogue/catalogue-schema.ts';
import { forgetViews, rememberView, viewedBy, viewedMax } from '#server/market/viewed/viewed-listings.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';
import { z } from '#server/platform/zod.ts';

const shownInput = z.object({ limit: z.number().int().min(1).max(viewedMax) });

/** What the reader looked at last. */
export const viewedRouter = router({
  /** Refuses `listing_not_found`. */
  remember: citizenProcedure({ limit: 'write', audited: false })
    .input(listingIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) =>
        rememberView(tx, { ...input, citizenId: ctx.principal.citizenId, clock: ctx.clock }),
      ),
    ),

  recent: citizenProcedure({ limit: 'read', audited: false })
    .input(shownInput)
    .query(({ ctx, input }) =>
      viewedBy(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId, now: ctx.clock.now() }),
    ),

  forget: citizenProcedure({ limit: 'write', audited: false }).mutation(({ ctx }) =>
    ctx.database.inTransaction((tx) => forgetViews(tx, ctx.principal.citizenId)),
  ),
});

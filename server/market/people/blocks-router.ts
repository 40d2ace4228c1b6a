import { blockCitizen } from '#server/market/people/blocking.ts';
import { blockedBy } from '#server/market/people/blocks.ts';
import { setBlockInput } from '#server/market/people/people-schema.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';

/** Whom a citizen blocks or mutes. */
export const blocksRouter = router({
  list: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    blockedBy(ctx.database.client, ctx.principal.citizenId),
  ),

  /** Refuses `citizen_not_found`, `own_block`, `blocks_exhausted`. */
  set: citizenProcedure({ limit: 'write', audited: false })
    .input(setBlockInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) =>
        blockCitizen(tx, ctx, { ...input, by: ctx.principal.citizenId, clock: ctx.clock }),
      ),
    ),
});

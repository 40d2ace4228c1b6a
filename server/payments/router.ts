import { z } from 'zod';
import { trustStanding } from '#server/citizens/trust.ts';
import { citizenProcedure, publicProcedure, router } from '#server/platform/trpc.ts';
import { fulfil, startTopUp } from './flows.ts';
import { defaultSettings } from './packages.ts';
import { ownTopUp, topUpsOf } from './queries.ts';
import { quoteTopUp } from './rules.ts';
import { topUpRoom } from './top-up-room.ts';
import { checkoutSessionId, listTopUpsInput, startTopUpInput, topUpChoice } from './schema.ts';

export const topUpsRouter = router({
  /** Every package with its quote, the range of a custom amount, and the fee. */
  offers: publicProcedure({ limit: 'read', audited: false }).query(() => ({
    packages: defaultSettings.packages.map(({ id }) => quoteTopUp({ kind: 'package', packageId: id })),
    customMinorMin: defaultSettings.customMinorMin,
    customMinorMax: defaultSettings.customMinorMax,
    feeBasisPoints: defaultSettings.feeBasisPoints,
  })),

  quote: publicProcedure({ limit: 'read', audited: false })
    .input(z.object({ choice: topUpChoice }))
    .query(({ input }) => quoteTopUp(input.choice)),

  /** How much the citizen's trust lets them buy now, before they pay. */
  room: citizenProcedure({ limit: 'read', audited: false }).query(async ({ ctx }) => {
    const { citizenId } = ctx.principal;
    const { client } = ctx.database;
    const { limits, isFrozen } = await trustStanding(client, { citizenId, now: ctx.clock.now() });
    return { ...(await topUpRoom(client, { citizenId, limits })), isFrozen };
  }),

  start: citizenProcedure({ limit: 'money', audited: false })
    .input(startTopUpInput)
    .mutation(({ ctx, input }) => startTopUp(ctx, { ...input, citizenId: ctx.principal.citizenId })),

  /** For the success page: credits the top-up when it is paid, whether or not the webhook came. */
  bySession: citizenProcedure({ limit: 'read', audited: false })
    .input(z.object({ sessionId: checkoutSessionId }))
    .query(({ ctx, input }) => fulfil(ctx, { sessionId: input.sessionId, citizenId: ctx.principal.citizenId })),

  byId: citizenProcedure({ limit: 'read', audited: false })
    .input(z.object({ topUpId: z.uuid() }))
    .query(({ ctx, input }) => ownTopUp(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId })),

  list: citizenProcedure({ limit: 'read', audited: false })
    .input(listTopUpsInput)
    .query(({ ctx, input }) => topUpsOf(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId })),
});

import { citizenProcedure, router } from '#server/platform/trpc.ts';
import { fulfilSubscription, openPortal, startSubscription } from './subscription-flows.ts';
import { planOf } from './subscription-queries.ts';
import { startSubscriptionInput, subscriptionSessionInput } from './subscription-schema.ts';

export const subscriptionsRouter = router({
  /** The tiers compared, the citizen's own and why, and how it stands with what they pay. */
  plan: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    planOf(ctx.database.client, { citizenId: ctx.principal.citizenId, now: ctx.clock.now() }),
  ),

  start: citizenProcedure({ limit: 'money', audited: false })
    .input(startSubscriptionInput)
    .mutation(({ ctx, input }) => startSubscription(ctx, { ...input, citizenId: ctx.principal.citizenId })),

  /** For the page after payment: gives the tier when it is paid, whether or not the webhook came. */
  bySession: citizenProcedure({ limit: 'read', audited: false })
    .input(subscriptionSessionInput)
    .query(({ ctx, input }) => fulfilSubscription(ctx, { ...input, citizenId: ctx.principal.citizenId })),

  /** A page at the card service on which the subscription is changed or ended. */
  portal: citizenProcedure({ limit: 'money', audited: false }).mutation(({ ctx }) =>
    openPortal(ctx, ctx.principal.citizenId),
  ),
});

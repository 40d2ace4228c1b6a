import { citizenProcedure, router } from '#server/platform/trpc.ts';
import { entitlementOf } from './entitlements.ts';
import { trustStanding } from './trust.ts';

/** Where a citizen stands, and what their tier gives them. */
export const trustRouter = router({
  /** As the facts of this moment say it, whatever was last stored. */
  standing: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    trustStanding(ctx.database.client, { citizenId: ctx.principal.citizenId, now: ctx.clock.now() }),
  ),

  /** What the citizen's own tier may use and pays now. */
  entitlement: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    entitlementOf(ctx.database.client, ctx.principal.tier),
  ),
});

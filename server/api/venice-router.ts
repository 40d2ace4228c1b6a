import { veniceStanding } from '#server/citizens/flows.ts';
import { citizenProcedure, operatorProcedure, router } from '#server/platform/trpc.ts';
import { venice } from './venice.ts';

export const veniceRouter = router({
  /** The citizen's own class and tier, with the time Venice named them and whether that is stale. */
  standing: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    veniceStanding({ ...ctx, venice: venice() }, ctx.principal.citizenId),
  ),

  /** Whether this process asks Venice, or leaves it alone because it failed. */
  circuit: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false }).query(() => venice().circuit()),
});

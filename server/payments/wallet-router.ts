import { citizenProcedure, router } from '#server/platform/trpc.ts';
import { walletStatement, walletSummary } from './queries.ts';
import { statementInput } from './schema.ts';

export const walletRouter = router({
  summary: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    walletSummary(ctx.database.client, ctx.principal.citizenId),
  ),

  statement: citizenProcedure({ limit: 'read', audited: false })
    .input(statementInput)
    .query(({ ctx, input }) => walletStatement(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId })),
});

import { decide, undoDecision } from '#server/market/people/moderation.ts';
import { decisions, reportQueue } from '#server/market/people/moderation-queries.ts';
import { decideInput, queueInput, reportInput, undoInput } from '#server/market/people/people-schema.ts';
import { report } from '#server/market/people/reports.ts';
import { citizenProcedure, operatorProcedure, router } from '#server/platform/trpc.ts';

/** What citizens report. */
export const reportsRouter = router({
  /** Refuses what `report` refuses. */
  file: citizenProcedure({ limit: 'write', audited: false })
    .input(reportInput)
    .mutation(({ ctx, input }) => {
      const { clock, ids, principal } = ctx;
      return ctx.database.inTransaction((tx) =>
        report(tx, { report: input, reporterId: principal.citizenId, clock, ids }),
      );
    }),
});

/** What operators see of it and decide. */
export const moderationRouter = router({
  queue: operatorProcedure(['support'], { limit: 'read', audited: false })
    .input(queueInput)
    .query(({ ctx, input }) => reportQueue(ctx.database.client, input)),

  decisions: operatorProcedure(['support'], { limit: 'read', audited: false })
    .input(queueInput)
    .query(({ ctx, input }) => decisions(ctx.database.client, input)),

  /** Refuses `report_decided`, `own_report`, `action_unavailable`. */
  decide: operatorProcedure(['support'], { limit: 'write', audited: true })
    .input(decideInput)
    .mutation(({ ctx, input }) => {
      const { clock, ids, principal } = ctx;
      return ctx.database.inTransaction((tx) =>
        decide(tx, { decision: input, operatorId: principal.citizenId, clock, ids }),
      );
    }),

  /** Refuses `decision_not_found`, `decision_undone`, `own_report`. */
  undo: operatorProcedure(['support'], { limit: 'write', audited: true })
    .input(undoInput)
    .mutation(({ ctx, input }) => {
      const { clock, ids, principal } = ctx;
      return ctx.database.inTransaction((tx) =>
        undoDecision(tx, { ...input, operatorId: principal.citizenId, clock, ids }),
      );
    }),
});

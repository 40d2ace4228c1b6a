import { citizensByIds } from '#server/citizens/queries.ts';
import { approveAndSend, resolveUnknown } from '#server/payments/cash-outs/cash-out-flows.ts';
import type { CashOutSetup } from '#server/payments/cash-outs/cash-out-provider.ts';
import { cashOutDesk, cashOutHistory, type CashOutAtDesk } from '#server/payments/cash-outs/cash-out-queries.ts';
import { cashOutInput, rejectCashOutInput, resolveCashOutInput } from '#server/payments/cash-outs/cash-out-schema.ts';
import { rejectCashOut } from '#server/payments/cash-outs/cash-outs.ts';
import { operatorProcedure, router } from '#server/platform/trpc.ts';

const shownMax = 50;
const finance = { limit: 'money', audited: true, proof: 'fresh_factor' } as const;

/** Cash-outs as operators decide about them. Who did what is kept for good with each. */
export function cashOutsDeskRouter(setup: () => CashOutSetup) {
  return router({
    list: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false }).query(async ({ ctx }) => {
      const { client } = ctx.database;
      const desk = await cashOutDesk(client, { limit: shownMax });
      const rows = [...desk.waiting, ...desk.unknown, ...desk.underWay, ...desk.ended];
      const names = await citizensByIds(
        client,
        rows.flatMap(({ citizenId, approverIds }) => [citizenId, ...approverIds]),
      );
      const nameOf = (id: string) => names.get(id)?.displayName ?? id;
      const self = ctx.principal.citizenId;
      const named = ({ approverIds, citizenId, ...row }: CashOutAtDesk) => ({
        ...row,
        citizenName: nameOf(citizenId),
        approverNames: approverIds.map(nameOf),
        /** Whether it needs somebody other than this operator. */
        needsAnother: citizenId === self || approverIds.includes(self),
      });
      return {
        waiting: desk.waiting.map(named),
        unknown: desk.unknown.map(named),
        underWay: desk.underWay.map(named),
        ended: desk.ended.map(named),
      };
    }),

    history: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false })
      .input(cashOutInput)
      .query(async ({ ctx, input }) => {
        const { client } = ctx.database;
        const events = await cashOutHistory(client, input.cashOutId);
        const actors = events.flatMap(({ actorId }) => (actorId === null ? [] : [actorId]));
        const names = await citizensByIds(client, actors);
        return events.map(({ actorId, ...event }) => ({
          ...event,
          actorName: actorId === null ? null : (names.get(actorId)?.displayName ?? actorId),
        }));
      }),

    /** Refuses `cash_out_own`, `cash_out_same_operator`, `cash_out_decided`, `cash_out_frozen`, `cash_out_off`. */
    approve: operatorProcedure(['finance'], finance)
      .input(cashOutInput)
      .mutation(({ ctx, input }) =>
        approveAndSend({ ...ctx, cashOut: setup() }, { ...input, operatorId: ctx.principal.citizenId }),
      ),

    /** Refuses `cash_out_own` and `cash_out_decided`. */
    reject: operatorProcedure(['finance'], finance)
      .input(rejectCashOutInput)
      .mutation(({ ctx, input }) =>
        ctx.database.inTransaction((tx) => rejectCashOut(tx, ctx, { ...input, operatorId: ctx.principal.citizenId })),
      ),

    /** Refuses `cash_out_not_unknown`, `cash_out_at_provider` and `cash_out_too_fresh`. */
    resolve: operatorProcedure(['finance'], finance)
      .input(resolveCashOutInput)
      .mutation(({ ctx, input }) =>
        resolveUnknown({ ...ctx, cashOut: setup() }, { ...input, operatorId: ctx.principal.citizenId }),
      ),
  });
}

import { citizensByIds } from '#server/citizens/queries.ts';
import {
  approveCorrection,
  corrections,
  proposeCorrection,
  rejectCorrection,
  withdrawCorrection,
} from '#server/ledger/correction-flows.ts';
import { operatorProcedure, router } from '#server/platform/trpc.ts';
import { correctionChoiceInput, correctionInput } from './schema.ts';

const shownMax = 20;

/** Corrections of the books, which two operators decide. Who did what is kept for good in `ledger.correction`. */
export const correctionsRouter = router({
  /** Open ones, the oldest first, and the last decided ones, with the names of their operators. */
  list: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false }).query(async ({ ctx }) => {
    const { client } = ctx.database;
    const { open, decided } = await corrections(client, shownMax);
    const operators = [...open, ...decided].flatMap((row) => [row.proposedBy, row.decidedBy ?? row.proposedBy]);
    const citizens = await citizensByIds(client, operators);
    const named = (row: (typeof open)[number]) => ({
      ...row,
      proposerName: citizens.get(row.proposedBy)?.displayName ?? row.proposedBy,
      deciderName: row.decidedBy === null ? null : (citizens.get(row.decidedBy)?.displayName ?? row.decidedBy),
      isOwn: row.proposedBy === ctx.principal.citizenId,
    });
    return { open: open.map(named), decided: decided.map(named) };
  }),

  /** Refuses `original_not_found`, `original_not_reversible`, `exceeds_original_amount`, `correction_through_clearing`. */
  propose: operatorProcedure(['finance'], { limit: 'money', audited: true, proof: 'fresh_factor' })
    .input(correctionInput)
    .mutation(async ({ ctx, input }) => {
      const { key, transferId, amountMinor, reason } = input;
      const proposal = { id: key, correctedTransferId: transferId, amountMinor, reason };
      const by = { operatorId: ctx.principal.citizenId, time: ctx.clock.now() };
      await ctx.database.inTransaction((tx) => proposeCorrection(tx, { ...proposal, ...by }));
    }),

  /** Refuses `correction_not_found`, `correction_decided`, `correction_same_operator`, and what the ledger refuses. */
  decide: operatorProcedure(['finance'], { limit: 'money', audited: true, proof: 'fresh_factor' })
    .input(correctionChoiceInput)
    .mutation(async ({ ctx, input }) => {
      const decision = { id: input.id, operatorId: ctx.principal.citizenId, time: ctx.clock.now() };
      switch (input.choice) {
        case 'approve':
          await approveCorrection(ctx.database, { ...decision, secret: ctx.secret });
          return;
        case 'reject':
          return ctx.database.inTransaction((tx) => rejectCorrection(tx, decision));
        case 'withdraw':
          return ctx.database.inTransaction((tx) => withdrawCorrection(tx, decision));
      }
    }),
});

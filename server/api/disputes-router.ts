import { signInEvidence } from '#server/citizens/evidence.ts';
import { disputedOrders } from '#server/market/orders/disputed-orders.ts';
import { orderEvidence } from '#server/market/orders/evidence.ts';
import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import { acceptDispute, submitEvidence } from '#server/payments/disputes/dispute-answer-flows.ts';
import { disputeById, disputedPurchase, disputes } from '#server/payments/disputes/dispute-queries.ts';
import {
  disputeInput,
  disputesInput,
  writeOffDecisionInput,
  writeOffInput,
} from '#server/payments/disputes/dispute-schema.ts';
import { assembleEvidence, type EvidenceSource } from '#server/payments/disputes/evidence.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';
import { decideWriteOff, proposeWriteOff } from '#server/payments/disputes/write-offs.ts';
import { operatorProcedure, router } from '#server/platform/trpc.ts';

/** Who knows what speaks for the house. */
const evidence: readonly EvidenceSource[] = [orderEvidence, signInEvidence];

/** Disputes, the evidence against them, and what is given up. */
export const disputesRouter = router({
  list: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false })
    .input(disputesInput)
    .query(({ ctx, input }) => disputes(ctx.database.client, input)),

  /** One dispute with its waterfall and its evidence. Refuses `dispute_not_found`. */
  byId: operatorProcedure(['support', 'finance'], { limit: 'read', audited: true })
    .input(disputeInput)
    .query(async ({ ctx, input }) => {
      const { client } = ctx.database;
      const detail = await disputeById(client, { ...input, operatorId: ctx.principal.citizenId });
      const { purchase } = await disputedPurchase(client, input.id);
      return { ...detail, evidence: await assembleEvidence(client, evidence, { purchase, now: ctx.clock.now() }) };
    }),

  /** Refuses `dispute_not_found`, `dispute_not_answerable`, `stripe_unavailable`. */
  submit: operatorProcedure(['finance'], { limit: 'money', audited: true, proof: 'fresh_factor' })
    .input(disputeInput)
    .mutation(({ ctx, input }) =>
      submitEvidence({ ...ctx, disputedOrders, evidence }, { ...input, operatorId: ctx.principal.citizenId }),
    ),

  /** Refuses `dispute_not_found`, `dispute_not_answerable`, `stripe_unavailable`. */
  accept: operatorProcedure(['finance'], { limit: 'money', audited: true, proof: 'fresh_factor' })
    .input(disputeInput)
    .mutation(({ ctx, input }) =>
      acceptDispute({ ...ctx, disputedOrders }, { ...input, operatorId: ctx.principal.citizenId }),
    ),

  /** Refuses `debt_none`, `write_off_own`, `write_off_waiting`. */
  writeOff: operatorProcedure(['finance'], { limit: 'money', audited: true, proof: 'fresh_factor' })
    .input(writeOffInput)
    .mutation(async ({ ctx, input: { key: id, ...input } }) => {
      const operatorId = ctx.principal.citizenId;
      const { citizenId, state } = await ctx.database.inTransaction((tx) =>
        proposeWriteOff(tx, ctx, { ...input, id, operatorId }),
      );
      if (state === 'done') await refreshTrustOf(ctx, { citizenId, enforce: enforceStanding });
      return { state };
    }),

  /** Refuses `write_off_not_found`, `write_off_decided`, `write_off_same_operator`, `write_off_own`. */
  decideWriteOff: operatorProcedure(['finance'], { limit: 'money', audited: true, proof: 'fresh_factor' })
    .input(writeOffDecisionInput)
    .mutation(async ({ ctx, input }) => {
      const operatorId = ctx.principal.citizenId;
      const { citizenId } = await ctx.database.inTransaction((tx) => decideWriteOff(tx, ctx, { ...input, operatorId }));
      await refreshTrustOf(ctx, { citizenId, enforce: enforceStanding });
    }),
});

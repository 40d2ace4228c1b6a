import { z } from 'zod';
import { citizenProcedure, router } from '#server/platform/trpc.ts';
import { fulfilDebtPayment, repayFromWallet, startDebtPayment } from './debt-flows.ts';
import { owedBy } from './dispute-queries.ts';
import { payDebtInput, repayInput } from './dispute-schema.ts';
import { checkoutSessionId } from '#server/payments/schema.ts';

/** What a citizen owes, and the ways to pay it. */
export const debtsRouter = router({
  own: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    owedBy(ctx.database.client, ctx.principal.citizenId),
  ),

  /** Pays with ducats of the wallet. Refuses `debt_none`, `debt_no_ducats`. */
  repay: citizenProcedure({ limit: 'money', audited: false })
    .input(repayInput)
    .mutation(({ ctx, input }) => repayFromWallet(ctx, { ...input, citizenId: ctx.principal.citizenId })),

  /** Opens a payment page. Refuses `debt_none`, `debt_amount`, `idempotency_key_reused`, `stripe_unavailable`. */
  pay: citizenProcedure({ limit: 'money', audited: false })
    .input(payDebtInput)
    .mutation(({ ctx, input }) => startDebtPayment(ctx, { ...input, citizenId: ctx.principal.citizenId })),

  /** For the page that Stripe leads back to. Refuses `debt_payment_not_found`. */
  bySession: citizenProcedure({ limit: 'read', audited: false })
    .input(z.object({ sessionId: checkoutSessionId }))
    .query(({ ctx, input }) => fulfilDebtPayment(ctx, { ...input, citizenId: ctx.principal.citizenId })),
});

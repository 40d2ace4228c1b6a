import { z } from 'zod';
import { citizenByUsername, citizensByIds } from '#server/citizens/queries.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { citizenProcedure, operatorProcedure, router } from '#server/platform/trpc.ts';
import { passReview } from '#server/payments/credits.ts';
import { dismissFraudWarning, latestFraudWarnings } from './fraud-warnings.ts';
import { ownTopUp } from '#server/payments/queries.ts';
import { refundTopUp } from './refund-flows.ts';
import { ownRefundsOf, paidTopUpsOf, quoteRefund, refundableTopUp, topUpsInReview } from './refund-offers.ts';
import { listRefunds } from './refund-queries.ts';
import {
  dismissWarningInput,
  listRefundsInput,
  ownRefundInput,
  quoteRefundInput,
  requestRefundInput,
  reviewInput,
} from './refund-schema.ts';

const desk = ['support', 'finance'] as const;

/** What citizens see and ask of refunds of their own top-ups. */
export const refundsRouter = router({
  /** Refuses `top_up_not_found`. */
  ofTopUp: citizenProcedure({ limit: 'read', audited: false })
    .input(z.object({ topUpId: z.uuid() }))
    .query(({ ctx, input }) =>
      ownRefundsOf(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId, at: ctx.clock.now() }),
    ),

  /** Refuses what `refundTopUp` refuses, above all `refund_ducats_spent` and `refund_window_over`. */
  request: citizenProcedure({ limit: 'money', audited: true })
    .input(ownRefundInput)
    .mutation(async ({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      await ownTopUp(ctx.database.client, { topUpId: input.topUpId, citizenId });
      const asked = { origin: 'self_service', reason: 'requested_by_customer', policy: 'refuse' } as const;
      return await refundTopUp(ctx, { ...input, ...asked, note: null, by: citizenId });
    }),
});

/** Money back, as operators see and decide it. */
export const refundDeskRouter = router({
  list: operatorProcedure(desk, { limit: 'read', audited: false })
    .input(listRefundsInput)
    .query(async ({ ctx, input }) => {
      const { refunds, nextCursor } = await listRefunds(ctx.database.client, input);
      const asked = refunds.flatMap(({ requestedBy }) => (requestedBy === null ? [] : [requestedBy]));
      const names = await namesOf(ctx.database.client, [...asked, ...refunds.map(({ citizenId }) => citizenId)]);
      return { refunds: refunds.map((refund) => ({ ...refund, citizenName: names(refund.citizenId) })), nextCursor };
    }),

  /** The paid top-ups of a citizen. Refuses `citizen_not_found`. */
  topUpsOf: operatorProcedure(desk, { limit: 'read', audited: false })
    .input(z.object({ username: z.string().min(1).max(64) }))
    .query(async ({ ctx, input }) => {
      const citizen = await citizenByUsername(ctx.database.client, input.username);
      if (citizen === null)
        throw refuse('not_found', 'citizen_not_found', 'No citizen of this name has signed in here.');
      return await paidTopUpsOf(ctx.database.client, citizen.id);
    }),

  /** Refuses `top_up_not_found`. */
  topUp: operatorProcedure(desk, { limit: 'read', audited: false })
    .input(z.object({ topUpId: z.uuid() }))
    .query(async ({ ctx, input }) => {
      const topUp = await refundableTopUp(ctx.database.client, { ...input, at: ctx.clock.now() });
      const names = await namesOf(ctx.database.client, [topUp.citizenId]);
      return { ...topUp, citizenName: names(topUp.citizenId) };
    }),

  /** Refuses `top_up_not_found`, `refund_too_large`, `provenance_behind`. */
  quote: operatorProcedure(desk, { limit: 'read', audited: false })
    .input(quoteRefundInput)
    .query(({ ctx, input }) => quoteRefund(ctx.database.client, { ...input, at: ctx.clock.now() })),

  /** Refuses what `refundTopUp` refuses. */
  request: operatorProcedure(['finance'], { limit: 'money', audited: true, proof: 'fresh_factor' })
    .input(requestRefundInput)
    .mutation(({ ctx, input }) => refundTopUp(ctx, { ...input, origin: 'operator', by: ctx.principal.citizenId })),

  reviews: operatorProcedure(desk, { limit: 'read', audited: false }).query(async ({ ctx }) => {
    const reviews = await topUpsInReview(ctx.database.client);
    const names = await namesOf(
      ctx.database.client,
      reviews.map(({ citizenId }) => citizenId),
    );
    return reviews.map((review) => ({ ...review, citizenName: names(review.citizenId) }));
  }),

  /** Refuses `top_up_not_found`, `top_up_not_in_review`. */
  passReview: operatorProcedure(['finance'], { limit: 'money', audited: true, proof: 'fresh_factor' })
    .input(reviewInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => passReview(tx, ctx, { ...input, by: ctx.principal.citizenId })),
    ),

  /** Refunds the whole payment. Refuses `top_up_not_in_review` and what `refundTopUp` refuses. */
  rejectReview: operatorProcedure(['finance'], { limit: 'money', audited: true, proof: 'fresh_factor' })
    .input(reviewInput)
    .mutation(({ ctx, input }) => {
      const asked = { origin: 'review', reason: 'fraudulent', policy: 'refuse', priceMinor: null } as const;
      return refundTopUp(ctx, { ...input, ...asked, by: ctx.principal.citizenId, key: ctx.ids.uuid() });
    }),

  warnings: operatorProcedure(desk, { limit: 'read', audited: false }).query(async ({ ctx }) => {
    const warnings = await latestFraudWarnings(ctx.database.client);
    const names = await namesOf(
      ctx.database.client,
      warnings.map(({ citizenId }) => citizenId),
    );
    return warnings.map((warning) => ({ ...warning, citizenName: names(warning.citizenId) }));
  }),

  /** Refuses `fraud_warning_not_found`, `fraud_warning_decided`. */
  dismissWarning: operatorProcedure(['finance'], { limit: 'write', audited: true, proof: 'fresh_factor' })
    .input(dismissWarningInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => dismissFraudWarning(tx, ctx, { ...input, by: ctx.principal.citizenId })),
    ),
});

async function namesOf(db: Db, citizenIds: readonly string[]): Promise<(citizenId: string) => string> {
  const citizens = await citizensByIds(db, [...new Set(citizenIds)]);
  return (citizenId) => citizens.get(citizenId)?.displayName ?? citizenId;
}

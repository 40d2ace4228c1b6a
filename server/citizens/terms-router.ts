import { citizenProcedure, router } from '#server/platform/trpc.ts';
import { acceptTermsInput, termsVersion } from './terms-schema.ts';
import { acceptTerms, hasAcceptedTerms } from './terms.ts';

/** The terms, which are accepted once before the first top-up. */
export const termsRouter = router({
  /** The version in force, and whether the reader accepted it. */
  own: citizenProcedure({ limit: 'read', audited: false }).query(async ({ ctx }) => ({
    version: termsVersion,
    isAccepted: await hasAcceptedTerms(ctx.database.client, ctx.principal.citizenId),
  })),

  accept: citizenProcedure({ limit: 'write', audited: true })
    .input(acceptTermsInput)
    .mutation(({ ctx, input: { version } }) =>
      ctx.database.inTransaction((tx) =>
        acceptTerms(tx, { citizenId: ctx.principal.citizenId, version, now: ctx.clock.now() }),
      ),
    ),
});

import { z } from 'zod';
import { citizenProcedure, router } from '#server/platform/trpc.ts';
import { apiUsageOf } from './api-usage.ts';
import { credentialsMax, makeCredentialInput } from './credential-schema.ts';
import { credentialsOf, endCredential, makeCredential } from './credentials.ts';

/** The API credentials of a citizen; seen, made and ended in a signed-in browser only. */
export const credentialsRouter = router({
  /** Those that live or expired lately, and how many calls of this month are used. */
  list: citizenProcedure({ limit: 'read', audited: false, session: true }).query(async ({ ctx }) => {
    const { citizenId, tier } = ctx.principal;
    const now = ctx.clock.now();
    const [credentials, usage] = await Promise.all([
      credentialsOf(ctx.database.client, { citizenId, now }),
      apiUsageOf(ctx.database.client, { citizenId, tier, now }),
    ]);
    return { credentials, usage, now, credentialsMax, appUrl: ctx.appUrl };
  }),

  /** Answers the secret, which is never shown again. Refuses `factor_missing`, `too_many_credentials`. */
  make: citizenProcedure({ limit: 'write', audited: true, session: true, proof: 'fresh_factor' })
    .input(makeCredentialInput)
    .mutation(({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      return ctx.database.inTransaction((tx) => makeCredential(tx, { ...ctx, ...input, citizenId }));
    }),

  /** Ends one at once, for every process. It takes no proof: less can be done afterwards. Refuses `credential_not_found`. */
  end: citizenProcedure({ limit: 'write', audited: true, session: true })
    .input(z.object({ credentialId: z.uuid() }))
    .mutation(({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      return ctx.database.inTransaction((tx) => endCredential(tx, { ...ctx, ...input, citizenId }));
    }),
});

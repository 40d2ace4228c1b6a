import { z } from 'zod';
import { ensureBrowserId } from '#server/platform/browser-cookie.ts';
import { invariant } from '#server/platform/invariant.ts';
import { sessionCookie } from '#server/platform/session.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';
import type { Context } from '#server/platform/trpc.ts';
import { assertionResponse, passkeyName, recoveryCode, registrationResponse, totpCode } from './factor-schema.ts';
import { factorsOf } from './factors.ts';
import { addPasskey, askForPasskey, checkPasskey, startPasskey } from './passkey-flows.ts';
import { removePasskey, renamePasskey } from './passkeys.ts';
import { makeRecoveryCodes, useRecoveryCode } from './recovery-codes.ts';
import { renewSession } from './sessions.ts';
import { codeWrong, confirmTotp, forgetWrongCodes, removeTotp, startTotp, useTotp } from './totp.ts';

/** A change of factors: with a proof of the last five minutes, and kept. */
const change = { limit: 'write', audited: true, session: true, proof: 'fresh' } as const;
/** A proof itself, which is what someone half signed in still owes. */
const proof = { limit: 'factor', audited: true, session: true, beforeSecondFactor: true } as const;

/** The citizen's second factors: seeing, changing and using them. */
export const securityRouter = router({
  factors: citizenProcedure({ limit: 'read', audited: false, session: true }).query(({ ctx }) =>
    factorsOf(ctx.database.client, ctx.principal.citizenId),
  ),

  /** By what the citizen can prove a second factor now. */
  ways: citizenProcedure({ limit: 'read', audited: false, session: true, beforeSecondFactor: true }).query(
    async ({ ctx }) => {
      const { totpSince, passkeys, recoveryCodesLeft } = await factorsOf(ctx.database.client, ctx.principal.citizenId);
      return { totp: totpSince !== null, passkey: passkeys.length > 0, recoveryCode: recoveryCodesLeft > 0 };
    },
  ),

  /** Answers the secret, which is never shown again. Refuses `totp_exists`. */
  startTotp: citizenProcedure(change).mutation(({ ctx }) => {
    const { citizenId, username } = ctx.principal;
    return ctx.database.inTransaction((tx) => startTotp(tx, { ...ctx, citizenId, username }));
  }),

  /** Refuses `code_wrong`, `totp_not_started`, `totp_exists`. */
  confirmTotp: citizenProcedure({ ...change, limit: 'factor' })
    .input(z.object({ code: totpCode }))
    .mutation(async ({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      await ctx.database.inTransaction((tx) => confirmTotp(tx, { ...ctx, citizenId, ...input }));
      await proved(ctx);
    }),

  /** Refuses `factor_not_found`. */
  removeTotp: citizenProcedure(change).mutation(({ ctx }) => {
    const { citizenId, sessionId } = ctx.principal;
    return ctx.database.inTransaction((tx) => removeTotp(tx, { ...ctx, citizenId, sessionId }));
  }),

  /** Answers ten new codes, which are never shown again; earlier ones are void. Refuses `factor_missing`. */
  makeRecoveryCodes: citizenProcedure(change).mutation(({ ctx }) => {
    const { citizenId } = ctx.principal;
    return ctx.database.inTransaction((tx) => makeRecoveryCodes(tx, { ...ctx, citizenId }));
  }),

  /** What the browser needs to make a passkey. Refuses `too_many_passkeys`. */
  startPasskey: citizenProcedure(change).mutation(({ ctx }) =>
    startPasskey(ctx, { ...ctx.principal, browserId: ensureBrowserId(ctx) }),
  ),

  /** Refuses `passkey_failed`, `too_many_passkeys`. */
  addPasskey: citizenProcedure(change)
    .input(z.object({ response: registrationResponse, name: passkeyName }))
    .mutation(async ({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      await addPasskey(ctx, { ...input, citizenId, browserId: ensureBrowserId(ctx) });
      await proved(ctx);
    }),

  /** Refuses `factor_not_found`. */
  renamePasskey: citizenProcedure({ limit: 'write', audited: false, session: true })
    .input(z.object({ passkeyId: z.uuid(), name: passkeyName }))
    .mutation(({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      return ctx.database.inTransaction((tx) => renamePasskey(tx, { ...input, citizenId }));
    }),

  /** Refuses `factor_not_found`. */
  removePasskey: citizenProcedure(change)
    .input(z.object({ passkeyId: z.uuid() }))
    .mutation(({ ctx, input }) => {
      const { citizenId, sessionId } = ctx.principal;
      return ctx.database.inTransaction((tx) => removePasskey(tx, { ...ctx, ...input, citizenId, sessionId }));
    }),

  /** Refuses `code_wrong`, `totp_locked`. */
  proveTotp: citizenProcedure(proof)
    .input(z.object({ code: totpCode }))
    .mutation(async ({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      if (!(await ctx.database.inTransaction((tx) => useTotp(tx, { ...ctx, citizenId, ...input })))) throw codeWrong();
      await proved(ctx);
    }),

  /** Refuses `code_wrong`. */
  proveRecoveryCode: citizenProcedure(proof)
    .input(z.object({ code: recoveryCode }))
    .mutation(async ({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      const isRight = await ctx.database.inTransaction((tx) => useRecoveryCode(tx, { ...ctx, citizenId, ...input }));
      if (!isRight) throw codeWrong();
      await proved(ctx);
    }),

  /** What the browser needs to use one of the citizen's passkeys. */
  askForPasskey: citizenProcedure({ limit: 'write', audited: false, session: true, beforeSecondFactor: true }).mutation(
    ({ ctx }) => askForPasskey(ctx, { citizenId: ctx.principal.citizenId, browserId: ensureBrowserId(ctx) }),
  ),

  /** Refuses `passkey_failed`. */
  provePasskey: citizenProcedure(proof)
    .input(z.object({ response: assertionResponse }))
    .mutation(async ({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      await checkPasskey(ctx, { ...input, citizenId, browserId: ensureBrowserId(ctx) });
      await proved(ctx);
    }),
});

/** The session proved a second factor: it gets a new token, and the one it had is worthless. */
async function proved(ctx: Context): Promise<void> {
  const { principal } = ctx;
  const sessionId = principal?.sessionId ?? null;
  invariant(principal !== null && sessionId !== null, 'only a session comes here');
  const now = ctx.clock.now();
  const token = await ctx.database.inTransaction(async (tx) => {
    await forgetWrongCodes(tx, principal.citizenId);
    return await renewSession(tx, { sessionId, isSecondFactor: true, now });
  });
  ctx.setCookie(await sessionCookie(token, ctx));
}

import { z } from 'zod';
import { ensureBrowserId } from '#server/platform/browser-cookie.ts';
import { sessionCookie } from '#server/platform/session.ts';
import { publicProcedure, router, type Context } from '#server/platform/trpc.ts';
import { sessionClientOf } from './device.ts';
import type { VeniceClient } from './venice-client.ts';
import { challengeWallet, signInByWallet, type WalletDeps } from './wallet-flows.ts';

const username = z.string().max(64);

/** Signing in by the wallet that Venice knows of a citizen. `venice` is given where the routers are joined. */
export function walletSignInRouter(venice: () => Pick<VeniceClient, 'wallet'>) {
  const depsOf = ({ database, clock, ids, appUrl, secret }: Context): WalletDeps => ({
    inTransaction: (work) => database.inTransaction(work),
    venice: venice(),
    clock,
    ids,
    appUrl,
    secret,
  });
  return router({
    /** The message to sign, bound to this browser and good for five minutes. Refuses `invalid_username`. */
    challenge: publicProcedure({ limit: 'sign_in', audited: false })
      .input(z.object({ username }))
      .mutation(({ ctx, input }) => challengeWallet(depsOf(ctx), { ...input, browserId: ensureBrowserId(ctx) })),

    /** Hands in the signature; the browser gets the cookie of a new session. For refusals see `signInByWallet`. */
    verify: publicProcedure({ limit: 'sign_in', audited: true })
      .input(z.object({ username, nonce: z.string().regex(/^[0-9a-f]{32}$/), signature: z.string().max(200) }))
      .mutation(async ({ ctx, input }) => {
        const { secret, appUrl } = ctx;
        const previousSessionId = ctx.principal?.sessionId ?? null;
        const { browserId } = ctx.client;
        const answer = { ...input, browserId, client: sessionClientOf(ctx.client), previousSessionId };
        const { token } = await signInByWallet(depsOf(ctx), answer);
        ctx.setCookie(await sessionCookie(token, { secret, appUrl }));
      }),
  });
}

import { z } from 'zod';
import { ensureBrowserId } from '#server/platform/browser-cookie.ts';
import { sessionCookie } from '#server/platform/session.ts';
import { publicProcedure, router } from '#server/platform/trpc.ts';
import { sessionClientOf } from './device.ts';
import { assertionResponse } from './factor-schema.ts';
import { signIn } from './flows.ts';
import { askForPasskey, checkPasskey } from './passkey-flows.ts';
import { endSession } from './sessions.ts';
import type { VeniceClient } from './venice-client.ts';

/** Signing in by a passkey alone. `venice` is given where the routers are joined. */
export function passkeySignInRouter(venice: () => VeniceClient) {
  return router({
    /** What the browser needs to use any passkey it has for this house. */
    challenge: publicProcedure({ limit: 'sign_in', audited: false }).mutation(({ ctx }) =>
      askForPasskey(ctx, { citizenId: null, browserId: ensureBrowserId(ctx) }),
    ),

    /** Signs in whoever the passkey belongs to. Refuses `passkey_failed` and what every sign-in refuses. */
    verify: publicProcedure({ limit: 'sign_in', audited: true })
      .input(z.object({ response: assertionResponse }))
      .mutation(async ({ ctx, input }) => {
        const { database, clock, ids, secret, principal } = ctx;
        const { username } = await checkPasskey(ctx, { ...input, citizenId: null, browserId: ensureBrowserId(ctx) });
        const { token } = await signIn(
          { inTransaction: (work) => database.inTransaction(work), venice: venice(), clock, ids, secret },
          {
            username,
            method: 'passkey',
            isSecondFactor: true,
            client: sessionClientOf(ctx.client),
            previousToken: null,
          },
        );
        if (principal !== null && principal.sessionId !== null)
          await endSession(database.client, { sessionId: principal.sessionId, now: clock.now() });
        ctx.setCookie(await sessionCookie(token, ctx));
      }),
  });
}

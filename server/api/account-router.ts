import { closeAccount, closingObstacles } from '#server/citizens/closing.ts';
import { contactOf } from '#server/citizens/contact.ts';
import { unreadCount } from '#server/citizens/notifications.ts';
import { closeAccountInput, maskedAddress } from '#server/citizens/schema.ts';
import { endedSessionCookie } from '#server/platform/session.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';
import { closingParts } from './account.ts';

/** The account as a whole: what its pages lead to, the download of everything, and its end. */
export const accountRouter = router({
  /** What the hub says beside its links; the address masked. */
  overview: citizenProcedure({ limit: 'read', audited: false }).query(async ({ ctx }) => {
    const { citizenId, hasSecondFactor, tier } = ctx.principal;
    const [{ address }, unread] = await Promise.all([
      contactOf(ctx.database.client, ctx, citizenId),
      unreadCount(ctx.database.client, citizenId),
    ]);
    return { hasSecondFactor, tier, unread, maskedEmail: address === null ? null : maskedAddress(address) };
  }),

  /** Asks for a fresh proof before the browser goes to fetch the download, whose door asks for it too. */
  prepareData: citizenProcedure({ limit: 'write', audited: true, proof: 'fresh' }).mutation(() => null),

  /** What stands in the way of closing the account; empty when nothing does. */
  obstacles: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    closingObstacles(ctx.database.client, closingParts, ctx.principal),
  ),

  /** Refuses `confirmation_mismatch`, `closing_obstructed`, `account_closed`. */
  close: citizenProcedure({ limit: 'write', audited: true, proof: 'fresh' })
    .input(closeAccountInput)
    .mutation(async ({ ctx, input }) => {
      const deps = { ...ctx, parts: closingParts };
      const closing = { citizenId: ctx.principal.citizenId, confirmation: input.confirmation };
      await ctx.database.inTransaction((tx) => closeAccount(tx, deps, closing));
      ctx.setCookie(endedSessionCookie(ctx.appUrl));
    }),
});

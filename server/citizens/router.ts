import { z } from 'zod';
import { actsAsOperator, owesSecondFactor } from '#server/platform/access.ts';
import { invariant } from '#server/platform/invariant.ts';
import { citizenProcedure, publicProcedure, router } from '#server/platform/trpc.ts';
import { sessionIdleMs, sessionLifeMs } from './rules.ts';
import { endOwnSession, endSessionsOf, sessionsOf } from './sessions.ts';

export const sessionRouter = router({
  /** Who is signed in, or null. Whoever still owes a second factor is known, but may do nothing yet. */
  current: publicProcedure({ limit: 'read', audited: false }).query(({ ctx }) => {
    if (ctx.principal === null) return null;
    const { username, displayName, tier, role, operatorRole, hasSecondFactor } = ctx.principal;
    const owes = owesSecondFactor(ctx.principal);
    const who = { username, displayName, tier, role, operatorRole, hasSecondFactor };
    return { ...who, owesSecondFactor: owes, isOperator: actsAsOperator(ctx.principal) };
  }),

  /** The citizen's live sessions, and how long one lives; `isCurrent` marks the one that asks. */
  list: citizenProcedure({ limit: 'read', audited: false, session: true }).query(async ({ ctx }) => {
    const { citizenId, role, sessionId } = ctx.principal;
    const now = ctx.clock.now();
    const rows = await sessionsOf(ctx.database.client, { citizenId, role, now });
    const sessions = rows.map((session) => ({ ...session, isCurrent: session.id === sessionId }));
    return { sessions, now, idleMinutes: sessionIdleMs[role] / 60_000, lifeHours: sessionLifeMs[role] / 3_600_000 };
  }),

  /** Ends one session, on every device and server at once. Refuses `session_not_found`. */
  end: citizenProcedure({ limit: 'write', audited: true, session: true })
    .input(z.object({ sessionId: z.uuid() }))
    .mutation(({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      return ctx.database.inTransaction((tx) => endOwnSession(tx, { citizenId, ...input, now: ctx.clock.now() }));
    }),

  /** Ends every session but the one that asks; answers how many. */
  endOthers: citizenProcedure({ limit: 'write', audited: true, session: true }).mutation(async ({ ctx }) => {
    const { citizenId, sessionId } = ctx.principal;
    invariant(sessionId !== null, 'only a session comes here');
    const input = { citizenId, exceptId: sessionId, now: ctx.clock.now() };
    return { ended: await ctx.database.inTransaction((tx) => endSessionsOf(tx, input)) };
  }),
});

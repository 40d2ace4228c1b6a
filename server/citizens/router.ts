import { publicProcedure, router } from '#server/platform/trpc.ts';

export const sessionRouter = router({
  /** Who is signed in, or null. */
  current: publicProcedure.query(({ ctx }) => {
    if (ctx.principal === null) return null;
    const { username, displayName, tier, role } = ctx.principal;
    return { username, displayName, tier, role };
  }),
});

import { publicProcedure, router } from '#server/platform/trpc.ts';
import { reserve } from './reserve.ts';

export const reserveRouter = router({
  /** How many ducats there are, where they are, and which dollars stand behind them. */
  overview: publicProcedure({ limit: 'read', audited: false }).query(({ ctx }) => reserve(ctx)),
});

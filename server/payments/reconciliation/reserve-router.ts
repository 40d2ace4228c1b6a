import { once } from '#server/platform/once.ts';
import { publicProcedure, router, type Context } from '#server/platform/trpc.ts';
import { readReserve, type Reserve } from './reserve.ts';

const keptMs = 30_000;

export const reserveRouter = router({
  /** How many ducats there are, where they are, and which dollars stand behind them; at most half a minute old. */
  overview: publicProcedure({ limit: 'read', audited: false }).query(({ ctx }) => keptReserve(ctx)),
});

/** Many may ask at once: the books are read once for all of them. */
async function keptReserve({ database, clock }: Pick<Context, 'database' | 'clock'>): Promise<Reserve> {
  const kept = once('reserve', () => ({ value: null as Promise<Reserve> | null, until: 0 }));
  const now = clock.now();
  if (kept.value !== null && now.getTime() < kept.until) return await kept.value;
  kept.until = now.getTime() + keptMs;
  kept.value = readReserve(database.client, now);
  try {
    return await kept.value;
  } catch (error) {
    kept.value = null;
    throw error;
  }
}

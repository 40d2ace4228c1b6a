import { z } from 'zod';
import { sitemapPage, sitemapStarts } from '#server/market/catalogue/sitemap-queries.ts';
import { once } from '#server/platform/once.ts';
import { publicProcedure, router, type Context } from '#server/platform/trpc.ts';

const keptMs = 600_000;

/** What search engines are told of the market. */
export const sitemapRouter = router({
  /** With which listing each page begins; at most ten minutes old. */
  starts: publicProcedure({ limit: 'read', audited: false }).query(({ ctx }) => keptStarts(ctx)),

  page: publicProcedure({ limit: 'read', audited: false })
    .input(z.object({ from: z.uuid() }))
    .query(({ ctx, input }) => sitemapPage(ctx.database.client, input.from)),
});

/** Numbering all listings takes a while, and search engines come in crowds. */
async function keptStarts({ database, clock }: Pick<Context, 'database' | 'clock'>): Promise<string[]> {
  const kept = once('sitemap-starts', () => ({ value: null as Promise<string[]> | null, until: 0 }));
  const now = clock.now().getTime();
  if (kept.value !== null && now < kept.until) return await kept.value;
  kept.until = now + keptMs;
  kept.value = sitemapStarts(database.client);
  try {
    return await kept.value;
  } catch (error) {
    kept.value = null;
    throw error;
  }
}

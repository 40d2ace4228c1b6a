import { operatorProcedure, router } from '#server/platform/trpc.ts';
import { compareBalance } from './reconciliation-flows.ts';
import { balanceChecks, lastReadAt, openItems, reconciliationCounts } from './reconciliation-queries.ts';

const itemsShown = 100;
const checksShown = 10;

export const reconciliationRouter = router({
  /** What does not fit between Stripe and the books, the oldest first, and the latest comparisons of the balance. */
  overview: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false }).query(async ({ ctx }) => {
    const { client } = ctx.database;
    const now = ctx.clock.now();
    const [counts, items, checks, readAt] = await Promise.all([
      reconciliationCounts(client, now),
      openItems(client, itemsShown),
      balanceChecks(client, checksShown),
      lastReadAt(client),
    ]);
    return { counts, items, checks, readAt, now };
  }),

  /** Reads Stripe's balance now and compares it. Refuses `stripe_unavailable`. */
  compare: operatorProcedure(['finance'], { limit: 'write', audited: true }).mutation(({ ctx }) => compareBalance(ctx)),
});

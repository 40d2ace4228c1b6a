import { checkLedger } from '#server/ledger/checker.ts';
import { totalsByKind } from '#server/ledger/queries.ts';
import { inboxCounts } from '#server/platform/inbox.ts';
import { operatorProcedure, router } from '#server/platform/trpc.ts';

/** What an operator sees first: whether the books agree, and whether events are being handled. */
export const operatorRouter = router({
  overview: operatorProcedure.query(async ({ ctx }) => {
    const [books, inbox] = await Promise.all([
      ctx.database.inSnapshot(async (tx) => ({ ledger: await checkLedger(tx), totals: await totalsByKind(tx) })),
      inboxCounts(ctx.database.client),
    ]);
    return { ...books, inbox };
  }),
});

import { checkLedger } from '#server/ledger/checker.ts';
import { inboxCounts } from '#server/platform/inbox.ts';
import { operatorProcedure, router } from '#server/platform/trpc.ts';

/** What an operator sees first: whether the books agree, and whether events are being handled. */
export const operatorRouter = router({
  overview: operatorProcedure.query(async ({ ctx }) => {
    const [ledger, inbox] = await Promise.all([
      ctx.database.inSnapshot((tx) => checkLedger(tx)),
      inboxCounts(ctx.database.client),
    ]);
    return { ledger, inbox };
  }),
});

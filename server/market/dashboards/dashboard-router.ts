import { salesInput, thresholdInput } from '#server/market/dashboards/dashboard-schema.ts';
import { openOrders } from '#server/market/dashboards/open-orders.ts';
import { bestListings, salesOf, sellerEscrow } from '#server/market/dashboards/sales.ts';
import { lowListings, setThreshold } from '#server/market/dashboards/stock-watch.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';

const reading = () => citizenProcedure({ limit: 'read', audited: false });

/** The reader's business at a glance, as a seller. */
export const sellingRouter = router({
  openOrders: reading().query(({ ctx }) =>
    openOrders(ctx.database.client, { citizenId: ctx.principal.citizenId, side: 'seller' }),
  ),

  sales: reading()
    .input(salesInput)
    .query(({ ctx, input }) =>
      salesOf(ctx.database.client, { ...input, sellerId: ctx.principal.citizenId, now: ctx.clock.now() }),
    ),

  best: reading()
    .input(salesInput)
    .query(({ ctx, input }) =>
      bestListings(ctx.database.client, { ...input, sellerId: ctx.principal.citizenId, now: ctx.clock.now() }),
    ),

  escrow: reading().query(({ ctx }) => sellerEscrow(ctx.database.client, ctx.principal.citizenId)),

  lowStock: reading().query(({ ctx }) => lowListings(ctx.database.client, ctx.principal.citizenId)),

  /** Refuses `listing_not_found`. */
  setThreshold: citizenProcedure({ limit: 'write', audited: false })
    .input(thresholdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) =>
        setThreshold(tx, { ...input, sellerId: ctx.principal.citizenId, clock: ctx.clock }),
      ),
    ),
});

/** The same as a buyer. */
export const buyingRouter = router({
  openOrders: reading().query(({ ctx }) =>
    openOrders(ctx.database.client, { citizenId: ctx.principal.citizenId, side: 'buyer' }),
  ),
});

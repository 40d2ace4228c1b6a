import { giftForRecipient, giftsReceived } from '#server/market/gifts/gift-queries.ts';
import { giftIdInput } from '#server/market/gifts/gift-schema.ts';
import { pageInput } from '#server/market/schema.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';

const reading = { limit: 'read', audited: false } as const;

/** What others bought for the reader. They confirm with `orders.confirm`. */
export const giftsRouter = router({
  received: citizenProcedure(reading)
    .input(pageInput)
    .query(({ ctx, input }) => giftsReceived(ctx.database.client, { ...input, recipientId: ctx.principal.citizenId })),

  byId: citizenProcedure(reading)
    .input(giftIdInput)
    .query(({ ctx, input }) =>
      giftForRecipient(ctx.database.client, { ...input, recipientId: ctx.principal.citizenId }),
    ),
});

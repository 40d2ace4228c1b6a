import {
  conversationById,
  conversationOfOrder,
  conversationsOf,
  newestSequence,
  shownQuestions,
  unreadMessages,
} from '#server/market/messages/conversation-queries.ts';
import {
  askInput,
  newestInput,
  orderThreadInput,
  questionsInput,
  readInput,
  showAnswerInput,
  threadInput,
  writeInput,
  writeToOrderInput,
} from '#server/market/messages/message-schema.ts';
import { ask, write, writeToOrder } from '#server/market/messages/messages.ts';
import { markThreadRead, showAnswer } from '#server/market/messages/reading.ts';
import type { OrderVisitor } from '#server/market/orders/order-steps.ts';
import { pageInput } from '#server/market/schema.ts';
import { actsAsOperator } from '#server/platform/access.ts';
import type { Principal } from '#server/platform/session.ts';
import { citizenProcedure, publicProcedure, router } from '#server/platform/trpc.ts';

export const messagesRouter = router({
  /** Refuses what `ask` refuses. */
  ask: citizenProcedure({ limit: 'write', audited: false })
    .input(askInput)
    .mutation(({ ctx, input: { listingId, ...words } }) =>
      ctx.database.inTransaction((tx) => ask(tx, { ...authorOf(ctx), listingId, words })),
    ),

  /** Refuses what `write` refuses. */
  write: citizenProcedure({ limit: 'write', audited: false })
    .input(writeInput)
    .mutation(({ ctx, input: { threadId, ...words } }) =>
      ctx.database.inTransaction((tx) => write(tx, { ...authorOf(ctx), threadId, words })),
    ),

  /** Refuses what `writeToOrder` refuses. */
  writeToOrder: citizenProcedure({ limit: 'write', audited: false })
    .input(writeToOrderInput)
    .mutation(({ ctx, input: { orderId, ...words } }) =>
      ctx.database.inTransaction((tx) => writeToOrder(tx, { ...authorOf(ctx), orderId, words })),
    ),

  list: citizenProcedure({ limit: 'read', audited: false })
    .input(pageInput)
    .query(({ ctx, input }) => conversationsOf(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId })),

  unread: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    unreadMessages(ctx.database.client, ctx.principal.citizenId),
  ),

  /** Refuses `thread_not_found`. */
  byId: citizenProcedure({ limit: 'read', audited: false })
    .input(threadInput)
    .query(({ ctx, input }) => conversationById(ctx.database.client, { ...input, visitor: visitorOf(ctx.principal) })),

  /** Whether there is more to read, asked again and again. Refuses `thread_not_found`. */
  newest: citizenProcedure({ limit: 'read', audited: false })
    .input(newestInput)
    .query(async ({ ctx, input }) => ({
      sequence: await newestSequence(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId }),
    })),

  /** Refuses `order_not_found`. */
  ofOrder: citizenProcedure({ limit: 'read', audited: false })
    .input(orderThreadInput)
    .query(({ ctx, input }) =>
      conversationOfOrder(ctx.database.client, { ...input, visitor: visitorOf(ctx.principal) }),
    ),

  /** Refuses `thread_not_found`. */
  markRead: citizenProcedure({ limit: 'write', audited: false })
    .input(readInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => markThreadRead(tx, { ...input, citizenId: ctx.principal.citizenId })),
    ),

  /** Refuses `message_not_found`, `question_missing`. */
  showAnswer: citizenProcedure({ limit: 'write', audited: false })
    .input(showAnswerInput)
    .mutation(({ ctx, input }) => {
      const { clock, ids, principal } = ctx;
      return ctx.database.inTransaction((tx) =>
        showAnswer(tx, { ...input, sellerId: principal.citizenId, clock, ids }),
      );
    }),

  /** What sellers show of questions and their answers. */
  shownQuestions: publicProcedure({ limit: 'read', audited: false })
    .input(questionsInput)
    .query(({ ctx, input }) => shownQuestions(ctx.database.client, input)),
});

/** Whoever may act as an operator sees the conversations of orders that they have to decide. */
function visitorOf(principal: Principal): OrderVisitor {
  return { citizenId: principal.citizenId, role: actsAsOperator(principal) ? 'operator' : 'citizen' };
}

function authorOf<Tools extends { principal: Principal; clock: unknown; ids: unknown }>(ctx: Tools) {
  const tools: Pick<Tools, 'clock' | 'ids'> = { clock: ctx.clock, ids: ctx.ids };
  return { ...tools, authorId: ctx.principal.citizenId };
}

import { payRequest, recipientOf, sendDucats } from '#server/market/peer-transfers/peer-transfer-flows.ts';
import {
  ownSendRoom,
  peerTransferForParty,
  peerTransfersOf,
  previewSending,
} from '#server/market/peer-transfers/peer-transfer-queries.ts';
import {
  peerTransferIdInput,
  peerTransfersInput,
  previewSendingInput,
  sendInput,
} from '#server/market/peer-transfers/peer-transfer-schema.ts';
import {
  askInput,
  ducatRequestIdInput,
  ducatRequestsInput,
} from '#server/market/peer-transfers/ducat-request-schema.ts';
import {
  ducatRequestForParty,
  ducatRequestsOf,
  openRequestsFor,
} from '#server/market/peer-transfers/ducat-request-queries.ts';
import { askForDucats, declineRequest, withdrawRequest } from '#server/market/peer-transfers/ducat-requests.ts';
import { citizenProcedure, router } from '#server/platform/trpc.ts';

const reading = { limit: 'read', audited: false } as const;
const moving = { limit: 'money', audited: false } as const;
const writing = { limit: 'write', audited: false } as const;

/** Ducats that citizens send each other. */
export const peerTransfersRouter = router({
  /** What the wallet has and the limits leave. */
  room: citizenProcedure(reading).query(({ ctx }) =>
    ownSendRoom(ctx.database.client, { citizenId: ctx.principal.citizenId, now: ctx.clock.now() }),
  ),

  preview: citizenProcedure(reading)
    .input(previewSendingInput)
    .query(async ({ ctx, input: { username, amountMinor } }) => {
      const { client } = ctx.database;
      const senderId = ctx.principal.citizenId;
      const recipientId = await recipientOf(client, { senderId, username });
      return previewSending(client, { senderId, recipientId, amountMinor, now: ctx.clock.now() });
    }),

  send: citizenProcedure(moving)
    .input(sendInput)
    .mutation(({ ctx, input }) => sendDucats(ctx, { senderId: ctx.principal.citizenId, sending: input })),

  byId: citizenProcedure(reading)
    .input(peerTransferIdInput)
    .query(({ ctx, input }) =>
      peerTransferForParty(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId }),
    ),

  list: citizenProcedure(reading)
    .input(peerTransfersInput)
    .query(({ ctx, input }) => peerTransfersOf(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId })),
});

/** Requests for ducats between citizens. */
export const ducatRequestsRouter = router({
  ask: citizenProcedure(writing)
    .input(askInput)
    .mutation(async ({ ctx, input: { username, ...ask } }) => {
      const askerId = ctx.principal.citizenId;
      const payerId = await recipientOf(ctx.database.client, { senderId: askerId, username });
      return ctx.database.inTransaction((tx) => askForDucats(tx, ctx, { ...ask, askerId, payerId }));
    }),

  /** How many wait for the reader's answer. */
  waiting: citizenProcedure(reading).query(({ ctx }) =>
    openRequestsFor(ctx.database.client, { citizenId: ctx.principal.citizenId, now: ctx.clock.now() }),
  ),

  byId: citizenProcedure(reading)
    .input(ducatRequestIdInput)
    .query(({ ctx, input }) =>
      ducatRequestForParty(ctx.database.client, {
        ...input,
        citizenId: ctx.principal.citizenId,
        now: ctx.clock.now(),
      }),
    ),

  list: citizenProcedure(reading)
    .input(ducatRequestsInput)
    .query(({ ctx, input }) =>
      ducatRequestsOf(ctx.database.client, { ...input, citizenId: ctx.principal.citizenId, now: ctx.clock.now() }),
    ),

  pay: citizenProcedure(moving)
    .input(ducatRequestIdInput)
    .mutation(({ ctx, input }) => payRequest(ctx, { ...input, payerId: ctx.principal.citizenId })),

  decline: citizenProcedure(writing)
    .input(ducatRequestIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => declineRequest(tx, ctx, { ...input, payerId: ctx.principal.citizenId })),
    ),

  withdraw: citizenProcedure(writing)
    .input(ducatRequestIdInput)
    .mutation(({ ctx, input }) =>
      ctx.database.inTransaction((tx) => withdrawRequest(tx, ctx, { ...input, askerId: ctx.principal.citizenId })),
    ),
});

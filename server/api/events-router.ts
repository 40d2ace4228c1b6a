import { inboxEvent, inboxEvents, replayEvent } from '#server/platform/inbox-reading.ts';
import { operatorProcedure, router } from '#server/platform/trpc.ts';
import { eventInput, eventsInput } from './schema.ts';

/** What the card processor told us, what became of it, and having it handled again. */
export const eventsRouter = router({
  /** Events as they arrived, the latest first. */
  list: operatorProcedure(['support', 'finance'], { limit: 'read', audited: false })
    .input(eventsInput)
    .query(({ ctx, input }) => inboxEvents(ctx.database.client, input)),

  /** One event with its body. Refuses `event_not_found`. */
  byId: operatorProcedure(['support', 'finance'], { limit: 'read', audited: true })
    .input(eventInput)
    .query(({ ctx, input }) => inboxEvent(ctx.database.client, input.id)),

  /** Refuses `event_not_found`, `event_in_work`. */
  replay: operatorProcedure(['finance'], { limit: 'write', audited: true })
    .input(eventInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => replayEvent(tx, ctx, input.id))),
});

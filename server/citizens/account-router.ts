import { citizenProcedure, publicProcedure, router, streamProcedure } from '#server/platform/trpc.ts';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { contactOf, removeEmail, resendVerification, startVerification, verifyEmail } from './contact.ts';
import { notificationNews, oneOfFew, type NotificationNews } from './notification-stream.ts';
import { markAllRead, markRead, notificationsOf, setTopic, topicSettings, unreadCount } from './notifications.ts';
import { notificationsInput, setEmailInput, streamInput, topicInput, verifyEmailInput } from './schema.ts';

/** A citizen's e-mail address. */
export const contactRouter = router({
  current: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    contactOf(ctx.database.client, ctx, ctx.principal.citizenId),
  ),

  /** Refuses `email_unchanged`, `verification_mails_exhausted`. */
  setEmail: citizenProcedure({ limit: 'mail', audited: true, proof: 'fresh' })
    .input(setEmailInput)
    .mutation(({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      return ctx.database.inTransaction((tx) => startVerification(tx, ctx, { citizenId, ...input }));
    }),

  /** Refuses `verification_missing`, `verification_mails_exhausted`. */
  resend: citizenProcedure({ limit: 'mail', audited: true }).mutation(({ ctx }) =>
    ctx.database.inTransaction((tx) => resendVerification(tx, ctx, ctx.principal.citizenId)),
  ),

  /** Refuses `email_missing`. */
  removeEmail: citizenProcedure({ limit: 'write', audited: true, proof: 'fresh' }).mutation(({ ctx }) =>
    ctx.database.inTransaction((tx) => removeEmail(tx, ctx, ctx.principal.citizenId)),
  ),

  /** For whoever holds the link, signed in or not: mail is often read elsewhere. Refuses `verification_invalid`. */
  verify: publicProcedure({ limit: 'write', audited: false })
    .input(verifyEmailInput)
    .mutation(({ ctx, input }) => ctx.database.inTransaction((tx) => verifyEmail(tx, ctx, input.token))),
});

export const notificationsRouter = router({
  list: citizenProcedure({ limit: 'read', audited: false })
    .input(notificationsInput)
    .query(({ ctx, input }) => notificationsOf(ctx.database.client, { citizenId: ctx.principal.citizenId, ...input })),

  unread: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    unreadCount(ctx.database.client, ctx.principal.citizenId),
  ),

  /** Refuses `notification_not_found`. */
  markRead: citizenProcedure({ limit: 'write', audited: false })
    .input(z.object({ notificationId: z.uuid() }))
    .mutation(({ ctx, input }) => {
      const mark = { citizenId: ctx.principal.citizenId, ...input, now: ctx.clock.now() };
      return ctx.database.inTransaction((tx) => markRead(tx, mark));
    }),

  markAllRead: citizenProcedure({ limit: 'write', audited: false }).mutation(({ ctx }) => {
    const mark = { citizenId: ctx.principal.citizenId, now: ctx.clock.now() };
    return ctx.database.inTransaction((tx) => markAllRead(tx, mark));
  }),

  topics: citizenProcedure({ limit: 'read', audited: false }).query(({ ctx }) =>
    topicSettings(ctx.database.client, ctx.principal.citizenId),
  ),

  /** Refuses `topic_fixed`. */
  setTopic: citizenProcedure({ limit: 'write', audited: true })
    .input(topicInput)
    .mutation(({ ctx, input }) => {
      const { citizenId } = ctx.principal;
      return ctx.database.inTransaction((tx) => setTopic(tx, { citizenId, ...input }));
    }),

  /** How many are unread, and every new one as it comes. Refuses `too_many_streams`. */
  stream: streamProcedure({ limit: 'read', audited: false })
    .input(streamInput)
    .subscription(({ ctx, input, signal }) => {
      const { citizenId } = ctx.principal;
      const news = notificationNews(ctx.database.client, {
        citizenId,
        lastEventId: input.lastEventId ?? null,
        clock: ctx.clock,
        signal: ctx.streamOver,
      });
      return oneOfFew(citizenId, withIds(news), signal);
    }),
});

/** A browser that lost the connection says which of these it heard last. */
async function* withIds(news: AsyncIterable<NotificationNews>) {
  for await (const item of news) yield item.notification === null ? item : tracked(item.notification.id, item);
}

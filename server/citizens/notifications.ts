import type { Clock } from '#server/platform/clock.ts';
import { Prisma, type Db, type Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Ids } from '#server/platform/ids.ts';
import { writeAll } from '#server/platform/together.ts';
import { lettersSql } from './mail.ts';
import { alwaysMailed, notificationKinds, notificationTopicOf, notificationTopics } from './schema.ts';
import type {
  MailLocale,
  NotificationDetails,
  NotificationKind,
  NotificationTopic,
  NotificationView,
} from './schema.ts';

/** What a citizen is told. */
export interface Notice {
  citizenId: string;
  kind: NotificationKind;
  details: NotificationDetails;
}

/**
 * Tells a citizen something, in the transaction of what happened: on their page, and by e-mail where they have a
 * verified address and did not turn the topic off. What concerns the safety of the account always goes by e-mail too.
 */
export async function notify(tx: Tx, deps: { clock: Clock; ids: Ids }, notice: Notice): Promise<void> {
  await writeAll(tx, noticeWrites(deps, [notice]));
}

/** The same for several, as two of several writes that are sent together. */
export function noticeWrites(
  deps: { clock: Clock; ids: Ids },
  notices: readonly Notice[],
): Record<'notices' | 'letters', Prisma.Sql> {
  const rows = notices.map((notice) => ({ id: deps.ids.uuid(), ...notice }));
  const byMail = notices.map(({ citizenId, kind: template, details }) => {
    const topic = notificationTopicOf[template];
    return { citizenId, template, details, topic, isAlways: alwaysMailed.includes(topic) };
  });
  return {
    notices: Prisma.sql`
      INSERT INTO notification (id, citizen_id, kind, details, created_at)
      SELECT id, "citizenId", kind, details, ${deps.clock.now()}::timestamptz
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             AS told (id uuid, "citizenId" uuid, kind text, details jsonb)`,
    letters: lettersSql(deps, byMail),
  };
}

const columns = { id: true, kind: true, details: true, createdAt: true, readAt: true } as const;

interface NotificationRow {
  id: string;
  kind: string;
  details: unknown;
  createdAt: Date;
  readAt: Date | null;
}

export interface NotificationPage {
  items: NotificationView[];
  nextCursor: string | null;
}

/** A citizen's notifications, the latest first. The cursor is the last id of the page before. */
export async function notificationsOf(
  db: Db,
  input: { citizenId: string; cursor?: string | undefined; limit: number },
): Promise<NotificationPage> {
  const { citizenId, cursor, limit } = input;
  const rows = await db.notification.findMany({
    // Ids are made in order of time, so they order and page by themselves.
    where: { citizenId, kind: { in: [...notificationKinds] }, ...(cursor === undefined ? {} : { id: { lt: cursor } }) },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: columns,
  });
  const items = rows.slice(0, limit).map(viewOf);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Those made at or after a moment, the oldest first, at most 100. */
export async function notificationsSince(
  db: Db,
  input: { citizenId: string; since: Date },
): Promise<NotificationView[]> {
  const rows = await db.notification.findMany({
    where: { citizenId: input.citizenId, kind: { in: [...notificationKinds] }, createdAt: { gte: input.since } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: 100,
    select: columns,
  });
  return rows.map(viewOf);
}

/** How many are unread; beyond 100 it is 100. */
export function unreadCount(db: Db, citizenId: string): Promise<number> {
  return db.notification.count({ where: { citizenId, kind: { in: [...notificationKinds] }, readAt: null }, take: 100 });
}

/** Marks one as read. Refuses `notification_not_found`, also for somebody else's. */
export async function markRead(tx: Tx, input: { citizenId: string; notificationId: string; now: Date }): Promise<void> {
  const { citizenId, notificationId: id, now } = input;
  const { count } = await tx.notification.updateMany({ where: { id, citizenId, readAt: null }, data: { readAt: now } });
  if (count > 0) return;
  if ((await tx.notification.count({ where: { id, citizenId } })) === 0)
    throw refuse('not_found', 'notification_not_found', 'There is no such notification.');
}

/** Marks all that were made until now as read. */
export async function markAllRead(tx: Tx, input: { citizenId: string; now: Date }): Promise<void> {
  const { citizenId, now } = input;
  await tx.notification.updateMany({
    where: { citizenId, readAt: null, createdAt: { lte: now } },
    data: { readAt: now },
  });
}

export interface TopicSetting {
  topic: NotificationTopic;
  byEmail: boolean;
  /** Whether the citizen may turn it off. */
  isFixed: boolean;
}

/** Which topics a citizen wants by e-mail, every topic named. */
export async function topicSettings(db: Db, citizenId: string): Promise<TopicSetting[]> {
  const rows = await db.notificationSetting.findMany({
    where: { citizenId },
    take: notificationTopics.length,
    select: { topic: true, byEmail: true },
  });
  const chosen = new Map(rows.map(({ topic, byEmail }) => [topic, byEmail]));
  return notificationTopics.map((topic) => {
    const isFixed = alwaysMailed.includes(topic);
    return { topic, byEmail: isFixed || (chosen.get(topic) ?? true), isFixed };
  });
}

/** Turns a topic on or off for e-mail. Refuses `topic_fixed`: what concerns safety always goes out. */
export async function setTopic(
  tx: Tx,
  input: { citizenId: string; topic: NotificationTopic; byEmail: boolean; locale: MailLocale },
): Promise<void> {
  const { citizenId, topic, byEmail, locale } = input;
  if (alwaysMailed.includes(topic) && !byEmail)
    throw refuse('forbidden', 'topic_fixed', 'What concerns the safety of your account is always sent.');
  await tx.notificationSetting.upsert({
    where: { citizenId_topic: { citizenId, topic } },
    create: { citizenId, topic, byEmail },
    update: { byEmail },
    select: { topic: true },
  });
  // Whoever reads the settings in a language wants to be written to in it.
  await tx.contactEmail.updateMany({ where: { citizenId }, data: { locale } });
}

/** Only kinds of the catalogue are asked for; what a text does not use it leaves alone. */
function viewOf({ readAt, kind, details, ...row }: NotificationRow): NotificationView {
  return {
    ...row,
    kind: kind as NotificationKind,
    details: details as NotificationDetails,
    isRead: readAt !== null,
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#server/platform/clock.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { once } from '#server/platform/once.ts';
import { notificationsSince, unreadCount } from './notifications.ts';
import type { NotificationView } from './schema.ts';

/** What a stream says: how many are unread, and what is new, if anything. */
export interface NotificationNews {
  /** Null where only the number changed, because something was read elsewhere, and for the first word of a stream. */
  notification: NotificationView | null;
  unread: number;
}

export interface StreamInput {
  citizenId: string;
  /** The last notification that this browser heard of before it lost the connection; null when it begins. */
  lastEventId: string | null;
  clock: Clock;
  signal: AbortSignal;
  everyMs?: number;
}

/** How often it looks for news. */
const everyMsUsual = 2_000;
/** A notification carries the time its transaction took it; it is seen when that ends, at most 30 s later. */
const overlapMs = 60_000;
/** Fewer than the connections that a browser opens to one host. */
const streamsMax = 4;

/**
 * A citizen's notifications as they come, each once. It looks back further than any transaction lasts and remembers what
 * it has said, so that none is lost to writers that commit out of order.
 */
export async function* notificationNews(db: Db, input: StreamInput): AsyncGenerator<NotificationNews, void> {
  const { citizenId, lastEventId, clock, signal } = input;
  let said: ReadonlySet<string> | null = null;
  let unreadSaid = -1;
  while (!signal.aborted) {
    const rows = await notificationsSince(db, { citizenId, since: new Date(clock.now().getTime() - overlapMs) });
    const unread = await unreadCount(db, citizenId);
    const before = said;
    const isNews = ({ id }: NotificationView) =>
      before === null ? lastEventId !== null && id > lastEventId : !before.has(id);
    const news = rows.filter(isNews);
    if (news.length === 0 && unread !== unreadSaid) yield { notification: null, unread };
    for (const notification of news) yield { notification, unread };
    unreadSaid = unread;
    // What is older than the overlap is not read again, so it need not be remembered.
    said = new Set(rows.map(({ id }) => id));
    await pause(input.everyMs ?? everyMsUsual, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Runs a stream as one of the few that a citizen may have open in this process; its place is free again when it ends or
 * the reader leaves, even before the first word. Refuses `too_many_streams` (rate_limited).
 */
export function oneOfFew<T>(
  citizenId: string,
  stream: AsyncIterable<T>,
  reader: AbortSignal | undefined,
): AsyncGenerator<T, void> {
  const open = once('notification-streams', () => new Map<string, Set<symbol>>());
  const places = open.get(citizenId) ?? new Set();
  if (places.size >= streamsMax) throw refuse('rate_limited', 'too_many_streams', 'Too many windows are open.');
  const place = Symbol(citizenId);
  open.set(citizenId, places.add(place));
  const leave = () => {
    places.delete(place);
    if (places.size === 0 && open.get(citizenId) === places) open.delete(citizenId);
  };
  reader?.addEventListener('abort', leave, { once: true });
  return untilLeft(stream, leave);
}

async function* untilLeft<T>(stream: AsyncIterable<T>, leave: () => void): AsyncGenerator<T, void> {
  try {
    yield* stream;
  } finally {
    leave();
  }
}

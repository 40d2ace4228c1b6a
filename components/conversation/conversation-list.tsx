import { useFormatter, useTranslations } from 'next-intl';
import Link from 'next/link';

import { Badge } from '#components/ui/badge.tsx';
import type { ConversationSummary } from '#server/market/messages/message-schema.ts';

/** A citizen's conversations, that with the latest message first. */
export function ConversationList({ conversations }: { conversations: readonly ConversationSummary[] }) {
  const t = useTranslations('conversation');
  const format = useFormatter();
  return (
    <ul aria-label={t('list')} className="flex flex-col gap-3">
      {conversations.map(({ threadId, orderId, title, other, unread, lastMessageAt, excerpt }) => (
        <li
          key={threadId}
          className="relative flex flex-col gap-1 rounded-md border border-line bg-surface p-4 transition-colors hover:border-accent"
        >
          <span className="flex flex-wrap items-center gap-2">
            <Link
              href={`/messages/${threadId}`}
              prefetch={false}
              className="font-semibold underline decoration-1 underline-offset-4 wrap-anywhere after:absolute after:inset-0 after:rounded-md"
            >
              {title}
            </Link>
            <Badge>{orderId === null ? t('ofListing') : t('ofOrder')}</Badge>
            {unread === 0 ? null : <Badge tone="accent">{t('unread', { count: unread })}</Badge>}
          </span>
          <span className="text-sm text-muted">
            {t('with', { name: other.displayName })}
            {' · '}
            <time dateTime={lastMessageAt.toISOString()}>
              {format.dateTime(lastMessageAt, { dateStyle: 'medium', timeStyle: 'short' })}
            </time>
          </span>
          <span className="truncate">{excerpt ?? t('hiddenExcerpt')}</span>
        </li>
      ))}
    </ul>
  );
}

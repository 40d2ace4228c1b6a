'use client';

import { useFormatter, useTranslations } from 'next-intl';

import { MarkRead } from '#components/notification/mark-read.tsx';
import { useMarks } from '#components/notification/notification-marks.tsx';
import { notificationPath } from '#components/notification/notification-path.ts';
import { useNotificationText } from '#components/notification/use-notification-text.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { NotificationView } from '#server/citizens/schema.ts';

/** Each leads to what it is about, where that has a page. */
export function NotificationList({ notifications }: { notifications: readonly NotificationView[] }) {
  const t = useTranslations('notification');
  const format = useFormatter();
  const textOf = useNotificationText();
  const { isMarked } = useMarks();
  return (
    <ul aria-label={t('list')} className="flex flex-col gap-3">
      {notifications.map((notification) => {
        const { title, text } = textOf(notification);
        const path = notificationPath(notification);
        const isRead = notification.isRead || isMarked(notification.id);
        return (
          <Card as="li" key={notification.id}>
            <div className="flex flex-col items-start justify-between gap-3 sm:flex-row">
              <div className="flex min-w-0 flex-1 flex-col gap-1">
                <p className="flex flex-wrap items-center gap-2">
                  <span className={isRead ? 'font-medium' : 'font-semibold'}>
                    {path === null ? (
                      title
                    ) : (
                      <TextLink href={path} prefetch={false}>
                        {title}
                      </TextLink>
                    )}
                  </span>
                  {isRead ? null : <Badge tone="accent">{t('new')}</Badge>}
                </p>
                <p className="wrap-anywhere">{text}</p>
                <p className="text-sm text-muted">
                  <time dateTime={notification.createdAt.toISOString()}>
                    {format.dateTime(notification.createdAt, { dateStyle: 'medium', timeStyle: 'short' })}
                  </time>
                </p>
              </div>
              {isRead ? null : (
                <span className="max-sm:-ml-3">
                  <MarkRead notificationId={notification.id} title={title} />
                </span>
              )}
            </div>
          </Card>
        );
      })}
    </ul>
  );
}

import { useFormatter, useTranslations } from 'next-intl';

import { MarkRead } from '#components/notification/mark-read.tsx';
import { useNotificationText } from '#components/notification/use-notification-text.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import type { NotificationView } from '#server/citizens/schema.ts';

export function NotificationList({ notifications }: { notifications: readonly NotificationView[] }) {
  const t = useTranslations('notification');
  const format = useFormatter();
  const textOf = useNotificationText();
  return (
    <ul aria-label={t('list')} className="flex flex-col gap-3">
      {notifications.map((notification) => {
        const { title, text } = textOf(notification);
        return (
          <Card as="li" key={notification.id}>
            <div className="flex flex-col items-start justify-between gap-3 sm:flex-row">
              <div className="flex min-w-0 flex-1 flex-col gap-1">
                <p className="flex flex-wrap items-center gap-2">
                  <span className={notification.isRead ? 'font-medium' : 'font-semibold'}>{title}</span>
                  {notification.isRead ? null : <Badge tone="accent">{t('new')}</Badge>}
                </p>
                <p className="wrap-anywhere">{text}</p>
                <p className="text-sm text-muted">
                  <time dateTime={notification.createdAt.toISOString()}>
                    {format.dateTime(notification.createdAt, { dateStyle: 'medium', timeStyle: 'short' })}
                  </time>
                </p>
              </div>
              {notification.isRead ? null : <MarkRead notificationId={notification.id} title={title} />}
            </div>
          </Card>
        );
      })}
    </ul>
  );
}

'use client';

import { useSubscription } from '@trpc/tanstack-react-query';
import { Bell } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState, useSyncExternalStore } from 'react';

import { useNotificationText } from '#components/notification/use-notification-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { CountLink } from '#components/ui/count-link.tsx';
import { useToast } from '#components/ui/toast.tsx';

/** The way to the notifications with how many are unread; new ones arrive while the page is looked at. */
export function NotificationBell({ unread }: { unread: number }) {
  const t = useTranslations('notification');
  const count = useLiveCount(unread);
  return <CountLink href="/account/notifications" icon={Bell} label={t('bell', { count })} count={count} />;
}

/** What the page said when it was made, until the stream says otherwise. */
function useLiveCount(unread: number): number {
  const trpc = useTRPC();
  const toast = useToast();
  const textOf = useNotificationText();
  const [told] = useState(() => new Set<string>());
  const [live, setLive] = useState<{ of: number; count: number } | null>(null);
  const isVisible = useSyncExternalStore(watchVisibility, isPageVisible, isNeverVisible);
  const options = trpc.notifications.stream.subscriptionOptions(
    {},
    {
      // A browser opens few connections to one host: only windows that somebody looks at keep one.
      enabled: isVisible,
      onData: (data) => {
        const news = 'data' in data ? data.data : data;
        setLive({ of: unread, count: news.unread });
        const { notification } = news;
        if (notification === null || told.has(notification.id)) return;
        told.add(notification.id);
        toast({ tone: 'success', text: textOf(notification).title });
      },
    },
  );
  useSubscription(options);
  return live?.of === unread ? live.count : unread;
}

function watchVisibility(onChange: () => void): () => void {
  document.addEventListener('visibilitychange', onChange);
  return () => document.removeEventListener('visibilitychange', onChange);
}

function isPageVisible(): boolean {
  return document.visibilityState === 'visible';
}

function isNeverVisible(): boolean {
  return false;
}

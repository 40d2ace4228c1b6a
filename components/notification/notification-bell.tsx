'use client';

import { useSubscription } from '@trpc/tanstack-react-query';
import { Bell } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useState, useSyncExternalStore } from 'react';

import { useNotificationText } from '#components/notification/use-notification-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';

const shownMax = 99;

/** The way to the notifications with how many are unread; new ones arrive while the page is looked at. */
export function NotificationBell({ unread }: { unread: number }) {
  const t = useTranslations('notification');
  const count = useLiveCount(unread);
  return (
    <Link
      href="/account/notifications"
      prefetch={false}
      aria-label={t('bell', { count })}
      className="relative inline-flex size-control items-center justify-center rounded-md text-text transition-colors hover:bg-accent-soft"
    >
      <Bell aria-hidden="true" className="size-icon" />
      {count === 0 ? null : (
        <span
          aria-hidden="true"
          className="figures absolute top-1 right-0 min-w-5 rounded-full bg-accent px-1 text-center text-xs font-semibold text-on-accent"
        >
          {count > shownMax ? `${String(shownMax)}+` : count}
        </span>
      )}
    </Link>
  );
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

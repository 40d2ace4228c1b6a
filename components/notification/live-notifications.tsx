'use client';

import { useSubscription } from '@trpc/tanstack-react-query';
import { useState, useSyncExternalStore } from 'react';

import { useNotificationText } from '#components/notification/use-notification-text.ts';
import { TRPCProvider, useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';

interface LiveNotificationsProps {
  /** Told how many are unread, whenever that changes. */
  onCount: (unread: number) => void;
}

/** Listens to the stream of notifications and says new ones. It is loaded after the page, which can be read before. */
export function LiveNotifications({ onCount }: LiveNotificationsProps) {
  return (
    <TRPCProvider>
      <Stream onCount={onCount} />
    </TRPCProvider>
  );
}

function Stream({ onCount }: LiveNotificationsProps) {
  const trpc = useTRPC();
  const toast = useToast();
  const textOf = useNotificationText();
  const [told] = useState(() => new Set<string>());
  const isVisible = useSyncExternalStore(watchVisibility, isPageVisible, isNeverVisible);
  const options = trpc.notifications.stream.subscriptionOptions(
    {},
    {
      // A browser opens few connections to one host: only windows that somebody looks at keep one.
      enabled: isVisible,
      onData: (data) => {
        const news = 'data' in data ? data.data : data;
        onCount(news.unread);
        const { notification } = news;
        if (notification === null || told.has(notification.id)) return;
        told.add(notification.id);
        toast({ tone: 'success', text: textOf(notification).title });
      },
    },
  );
  useSubscription(options);
  return null;
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

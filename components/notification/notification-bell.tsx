'use client';

import { Bell } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { lazy, Suspense, useState } from 'react';

import { CountLink } from '#components/ui/count-link.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

const LiveNotifications = lazy(async () => {
  const { LiveNotifications: live } = await import('#components/notification/live-notifications.tsx');
  return { default: live };
});

/** The way to the notifications with how many are unread; new ones arrive while the page is looked at. */
export function NotificationBell({ unread }: { unread: number }) {
  const t = useTranslations('notification');
  const hydrated = useHydrated();
  const [live, setLive] = useState<{ of: number; count: number } | null>(null);
  // What the page said when it was made, until the stream says otherwise.
  const count = live?.of === unread ? live.count : unread;
  return (
    <>
      <CountLink href="/account/notifications" icon={Bell} label={t('bell', { count })} count={count} />
      {hydrated ? (
        <Suspense>
          <LiveNotifications onCount={(told) => setLive({ of: unread, count: told })} />
        </Suspense>
      ) : null}
    </>
  );
}

import { useTranslations } from 'next-intl';

import { notificationValues } from '#server/citizens/schema.ts';
import type { NotificationView } from '#server/citizens/schema.ts';

interface NotificationText {
  title: string;
  text: string;
}

/** What a notification says, in the reader's language. */
export function useNotificationText(): (notification: Pick<NotificationView, 'kind' | 'details'>) => NotificationText {
  const t = useTranslations('notification.kind');
  const tier = useTranslations('tier');
  return ({ kind, details }) => {
    const values = { ...notificationValues(details) };
    for (const name of ['from', 'to']) {
      const key = String(values[name]);
      if (isTier(key)) values[name] = tier(key);
    }
    return { title: t(`${kind}.title`, values), text: t(`${kind}.text`, values) };
  };
}

const tiers = ['observer', 'participant', 'creator', 'enterprise'] as const;

function isTier(text: string): text is (typeof tiers)[number] {
  return tiers.some((tier) => tier === text);
}

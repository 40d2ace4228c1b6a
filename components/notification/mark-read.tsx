'use client';

import { useTranslations } from 'next-intl';

import { useMarks } from '#components/notification/notification-marks.tsx';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

export function MarkRead({ notificationId, title }: { notificationId: string; title: string }) {
  const t = useTranslations('notification');
  const hydrated = useHydrated();
  const { mark } = useMarks();
  return (
    <Button
      variant="quiet"
      size="small"
      aria-label={t('markOne', { title })}
      disabled={!hydrated}
      onClick={() => mark(notificationId)}
    >
      {t('mark')}
    </Button>
  );
}

export function MarkAllRead() {
  const t = useTranslations('notification');
  const hydrated = useHydrated();
  const { markAll, isMarkingAll } = useMarks();
  return (
    <Button variant="secondary" size="small" disabled={!hydrated} pending={isMarkingAll} onClick={markAll}>
      {t('markAll')}
    </Button>
  );
}

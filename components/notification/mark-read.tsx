'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { useToast } from '#components/ui/toast.tsx';

export function MarkRead({ notificationId, title }: { notificationId: string; title: string }) {
  const t = useTranslations('notification');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const { refresh, isRefreshing, onError } = useMarking();
  const mark = useMutation(trpc.notifications.markRead.mutationOptions({ onSuccess: refresh, onError }));
  return (
    <Button
      variant="quiet"
      size="small"
      aria-label={t('markOne', { title })}
      disabled={!hydrated}
      pending={mark.isPending || isRefreshing}
      onClick={() => mark.mutate({ notificationId })}
    >
      {t('mark')}
    </Button>
  );
}

export function MarkAllRead() {
  const t = useTranslations('notification');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const { refresh, isRefreshing, onError } = useMarking();
  const mark = useMutation(trpc.notifications.markAllRead.mutationOptions({ onSuccess: refresh, onError }));
  return (
    <Button
      variant="secondary"
      size="small"
      disabled={!hydrated}
      pending={mark.isPending || isRefreshing}
      onClick={() => mark.mutate()}
    >
      {t('markAll')}
    </Button>
  );
}

function useMarking() {
  const toast = useToast();
  const refusalText = useRefusalText();
  const onError = (error: unknown) => toast({ tone: 'danger', text: refusalText(error) });
  return { ...useRefresh(), onError };
}

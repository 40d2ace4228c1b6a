'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Ends one session, at once and everywhere. */
export function EndSession({ sessionId, device }: { sessionId: string; device: string }) {
  const t = useTranslations('session');
  const trpc = useTRPC();
  const say = useSaying();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const end = useMutation(
    trpc.session.end.mutationOptions({
      onSuccess: () => say.done(t('ended')),
      onError: say.failed,
      onSettled: refresh,
    }),
  );
  return (
    <Button
      variant="secondary"
      size="small"
      aria-label={t('endNamed', { device })}
      disabled={!hydrated}
      pending={end.isPending || isRefreshing}
      onClick={() => {
        if (!end.isPending) end.mutate({ sessionId });
      }}
    >
      {t('end')}
    </Button>
  );
}

/** Ends every session but this one. */
export function EndOtherSessions() {
  const t = useTranslations('session');
  const trpc = useTRPC();
  const say = useSaying();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const end = useMutation(
    trpc.session.endOthers.mutationOptions({
      onSuccess: ({ ended }) => say.done(t('endedOthers', { count: ended })),
      onError: say.failed,
      onSettled: refresh,
    }),
  );
  return (
    <Button
      variant="danger"
      disabled={!hydrated}
      pending={end.isPending || isRefreshing}
      onClick={() => {
        if (!end.isPending) end.mutate();
      }}
    >
      {t('endOthers')}
    </Button>
  );
}

function useSaying() {
  const toast = useToast();
  const refusalText = useRefusalText();
  return {
    done: (text: string) => {
      toast({ tone: 'success', text });
    },
    failed: (error: unknown) => {
      toast({ tone: 'danger', text: refusalText(error) });
    },
  };
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { RefreshSoon } from '#components/ui/refresh-soon.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Has an event handled again, whatever became of it. */
export function EventReplay({ id }: { id: string }) {
  const t = useTranslations('events.detail');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const replay = useMutation(trpc.operator.events.replay.mutationOptions({ onSettled: refresh }));
  const isBusy = replay.isPending || isRefreshing;
  return (
    <div className="flex flex-col items-start gap-3">
      <Button
        variant="secondary"
        disabled={!hydrated}
        pending={isBusy}
        onClick={() => {
          if (!isBusy) replay.mutate({ id });
        }}
      >
        {t('replay')}
      </Button>
      <NeedsScript />
      <div aria-live="polite" className="empty:hidden">
        {replay.isSuccess && !isBusy ? <p className="text-sm text-muted">{t('replayed')}</p> : null}
      </div>
      {replay.isSuccess ? <RefreshSoon key={replay.submittedAt} /> : null}
      {replay.isError ? <Notice tone="danger" title={refusalText(replay.error)} live /> : null}
    </div>
  );
}

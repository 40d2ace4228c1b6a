'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Progress } from '#components/ui/progress.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Reads Stripe's balance at once and compares it with the books. */
export function CompareBalance() {
  const t = useTranslations('reconciliation.compare');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const compare = useMutation(trpc.operator.reconciliation.compare.mutationOptions({ onSettled: refresh }));
  const isBusy = compare.isPending || isRefreshing;
  return (
    <div className="flex flex-col items-start gap-3">
      <Button
        disabled={!hydrated}
        pending={isBusy}
        onClick={() => {
          if (!isBusy) compare.mutate();
        }}
      >
        {t('now')}
      </Button>
      <NeedsScript />
      <div aria-live="polite" className="flex w-full flex-col gap-2 empty:hidden">
        {isBusy ? (
          <>
            <p className="text-sm text-muted">{t('running')}</p>
            <Progress label={t('running')} />
          </>
        ) : null}
        {compare.isSuccess && !isBusy ? <p className="text-sm text-muted">{t('done')}</p> : null}
      </div>
      {compare.isError ? <Notice tone="danger" title={refusalText(compare.error)} live /> : null}
    </div>
  );
}

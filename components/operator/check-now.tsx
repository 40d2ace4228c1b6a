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

const kinds = ['incremental', 'full'] as const;

/** Checks the books at once, in whole or what is new, and then shows the result that was kept. */
export function CheckNow() {
  const t = useTranslations('operator.checkNow');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  // Also after a failure: another reading, or this one behind a lost answer, may have left a result.
  const check = useMutation(trpc.operator.checkBooks.mutationOptions({ onSettled: refresh }));
  const isBusy = check.isPending || isRefreshing;
  return (
    <div className="flex w-full flex-col gap-3 sm:w-auto">
      <div className="flex flex-col gap-3 sm:flex-row sm:justify-end">
        {kinds.map((kind) => (
          <Button
            key={kind}
            variant={kind === 'incremental' ? 'primary' : 'secondary'}
            disabled={!hydrated}
            pending={isBusy && check.variables?.kind === kind}
            onClick={() => {
              if (!isBusy) check.mutate({ kind });
            }}
          >
            {t(kind)}
          </Button>
        ))}
      </div>
      <NeedsScript />
      <div aria-live="polite" className="flex flex-col gap-2 empty:hidden">
        {isBusy ? (
          <>
            <p className="text-sm text-muted">{t('running')}</p>
            <Progress label={t('running')} />
          </>
        ) : null}
        {check.isSuccess && !isBusy ? <p className="text-sm text-muted">{t('done')}</p> : null}
      </div>
      {check.isError ? <Notice tone="danger" title={refusalText(check.error)} live /> : null}
    </div>
  );
}

'use client';

import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** What an operator answers the bank: the evidence, or that it is right. */
export function DisputeAnswer({ id }: { id: string }) {
  const t = useTranslations('disputes.detail');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const submit = useStepUpMutation(trpc.operator.disputes.submit.mutationOptions({ onSettled: refresh }));
  const accept = useStepUpMutation(trpc.operator.disputes.accept.mutationOptions({ onSettled: refresh }));
  const isBusy = submit.isPending || accept.isPending || isRefreshing;
  const error = submit.error ?? accept.error;
  return (
    <section aria-labelledby="answer" className="flex flex-col gap-4">
      <h2 id="answer" className="font-display text-display-sm font-semibold">
        {t('answer')}
      </h2>
      <NeedsScript />
      <p className="max-w-prose text-muted">{t('acceptText')}</p>
      <div className="flex flex-wrap gap-3">
        <Button
          disabled={!hydrated}
          pending={submit.isPending}
          onClick={() => {
            if (!isBusy) submit.mutate({ id });
          }}
        >
          {t('submit')}
        </Button>
        <Button
          variant="secondary"
          disabled={!hydrated}
          pending={accept.isPending}
          onClick={() => {
            if (!isBusy) accept.mutate({ id });
          }}
        >
          {t('accept')}
        </Button>
      </div>
      {error === null ? null : <Notice tone="danger" title={refusalText(error)} live />}
    </section>
  );
}

'use client';

import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** A second operator agrees to a write-off, or anybody takes it back. */
export function WriteOffDecide({ id, isOwn }: { id: string; isOwn: boolean }) {
  const t = useTranslations('disputes.detail');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const decide = useStepUpMutation(trpc.operator.disputes.decideWriteOff.mutationOptions({ onSettled: refresh }));
  const isBusy = decide.isPending || isRefreshing;
  const choices = isOwn ? ([false] as const) : ([true, false] as const);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-3">
        {choices.map((isAgreed) => (
          <Button
            key={String(isAgreed)}
            variant={isAgreed ? 'primary' : 'secondary'}
            disabled={!hydrated}
            pending={isBusy && decide.variables?.isAgreed === isAgreed}
            onClick={() => {
              if (!isBusy) decide.mutate({ id, isAgreed });
            }}
          >
            {t(isAgreed ? 'agree' : 'withdraw')}
          </Button>
        ))}
      </div>
      {decide.isError ? <Notice tone="danger" title={refusalText(decide.error)} live /> : null}
    </div>
  );
}

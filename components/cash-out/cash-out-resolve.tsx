'use client';

import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import type { UnknownChoice } from '#server/payments/cash-outs/cash-out-schema.ts';

const choices: readonly UnknownChoice[] = ['look', 'send_again', 'give_back'];

/** What to do about a payment of which nobody knows whether it was made. The provider is always asked first. */
export function CashOutResolve({ id }: { id: string }) {
  const t = useTranslations('cash-out.desk');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const resolve = useStepUpMutation(trpc.operator.cashOuts.resolve.mutationOptions({ onSettled: refresh }));
  const isBusy = resolve.isPending || isRefreshing;
  const isMissing = resolve.data?.hasArrived === false && resolve.variables?.choice === 'look';
  return (
    <span className="flex flex-col gap-2">
      <span className="flex flex-wrap gap-2">
        {choices.map((choice) => (
          <Button
            key={choice}
            variant={choice === 'look' ? 'primary' : 'secondary'}
            disabled={!hydrated}
            pending={isBusy && resolve.variables?.choice === choice}
            onClick={() => {
              if (!isBusy) resolve.mutate({ cashOutId: id, choice });
            }}
          >
            {t(choice)}
          </Button>
        ))}
      </span>
      {isMissing ? <Notice title={t('missing')} live /> : null}
      {resolve.isError ? <Notice tone="danger" title={refusalText(resolve.error)} live /> : null}
    </span>
  );
}

'use client';

import { useTranslations } from 'next-intl';

import { outcomeOf } from '#components/errors/outcome.ts';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** What this operator may do about an open correction: an own one is withdrawn, another's approved or rejected. */
export function CorrectionsDecide({ id, isOwn }: { id: string; isOwn: boolean }) {
  const t = useTranslations('operator.corrections');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  // Also after a refusal: somebody else may have decided, or the reason of the refusal was noted.
  const decide = useStepUpMutation(trpc.operator.corrections.decide.mutationOptions({ onSettled: refresh }));
  const isBusy = decide.isPending || isRefreshing;
  const isLacking = decide.isError && outcomeOf(decide.error).code === 'insufficient_funds';
  const choices = isOwn ? (['withdraw'] as const) : (['approve', 'reject'] as const);
  return (
    <span className="flex flex-col gap-2">
      <span className="flex flex-wrap gap-2">
        {choices.map((choice) => (
          <Button
            key={choice}
            variant={choice === 'approve' ? 'primary' : 'secondary'}
            disabled={!hydrated}
            pending={isBusy && decide.variables?.choice === choice}
            onClick={() => {
              if (!isBusy) decide.mutate({ id, choice });
            }}
          >
            {t(choice)}
          </Button>
        ))}
      </span>
      {decide.isError ? (
        <Notice tone="danger" title={isLacking ? t('noFunds') : refusalText(decide.error)} live />
      ) : null}
    </span>
  );
}

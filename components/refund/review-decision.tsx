'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { DecisionDialog } from '#components/refund/decision-dialog.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Passes a payment of the highest risk, or gives it back whole. */
export function ReviewDecision({ topUpId, name, total }: { topUpId: string; name: string; total: string }) {
  const t = useTranslations('refund.reviews');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const [choice, setChoice] = useState<'pass' | 'reject' | null>(null);
  const done = () => {
    setChoice(null);
    refresh();
  };
  const pass = useStepUpMutation(trpc.operator.refunds.passReview.mutationOptions({ onSuccess: done }));
  const reject = useStepUpMutation(trpc.operator.refunds.rejectReview.mutationOptions({ onSuccess: done }));
  const decide = choice === 'pass' ? pass : reject;
  return (
    <span className="flex flex-wrap justify-end gap-2">
      <Button size="small" disabled={!hydrated} onClick={() => setChoice('pass')}>
        {t('pass')}
      </Button>
      <Button size="small" variant="danger" disabled={!hydrated} onClick={() => setChoice('reject')}>
        {t('reject')}
      </Button>
      <DecisionDialog
        id={topUpId}
        open={choice !== null}
        title={t(choice === 'pass' ? 'passTitle' : 'rejectTitle')}
        text={choice === 'pass' ? t('passText', { name }) : t('rejectText', { name, total })}
        submitLabel={t(choice === 'pass' ? 'pass' : 'reject')}
        isDangerous={choice === 'reject'}
        pending={decide.isPending || isRefreshing}
        error={decide.error}
        onClose={() => setChoice(null)}
        onSubmit={(note) => decide.mutate({ topUpId, note })}
      />
    </span>
  );
}

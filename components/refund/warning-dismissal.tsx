'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { DecisionDialog } from '#components/refund/decision-dialog.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Leaves a payment as it is, with a note on why. */
export function WarningDismissal({ warningId }: { warningId: string }) {
  const t = useTranslations('refund.warnings');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const [isOpen, setOpen] = useState(false);
  const done = () => {
    setOpen(false);
    refresh();
  };
  const dismiss = useStepUpMutation(trpc.operator.refunds.dismissWarning.mutationOptions({ onSuccess: done }));
  return (
    <>
      <Button size="small" variant="secondary" disabled={!hydrated} onClick={() => setOpen(true)}>
        {t('dismiss')}
      </Button>
      <DecisionDialog
        id={warningId}
        open={isOpen}
        title={t('dismissTitle')}
        text={t('dismissText')}
        submitLabel={t('dismiss')}
        isDangerous={false}
        pending={dismiss.isPending || isRefreshing}
        error={dismiss.error}
        onClose={() => setOpen(false)}
        onSubmit={(note) => dismiss.mutate({ warningId, note })}
      />
    </>
  );
}

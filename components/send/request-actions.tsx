'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { Amount } from '#components/money/amount.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import type { DucatRequestSide } from '#server/market/peer-transfers/ducat-request-schema.ts';

type Step = 'pay' | 'decline' | 'withdraw';

interface RequestActionsProps {
  requestId: string;
  side: DucatRequestSide;
  /** Of the other side. */
  name: string;
  amountMinor: bigint;
}

/** Pay or decline what one is asked for; withdraw what one asked. Each is confirmed, and done once. */
export function RequestActions({ requestId, side, name, amountMinor }: RequestActionsProps) {
  const t = useTranslations('send.requests');
  const hydrated = useHydrated();
  const [step, setStep] = useState<Step | null>(null);
  const steps: readonly Step[] = side === 'asked' ? ['withdraw'] : ['pay', 'decline'];
  return (
    <div className="flex flex-wrap gap-3">
      {steps.map((each) => (
        <Button
          key={each}
          size="small"
          variant={each === 'pay' ? 'primary' : 'secondary'}
          disabled={!hydrated}
          onClick={() => setStep(each)}
        >
          {t(`step.${each}`)}
        </Button>
      ))}
      {step === null ? null : (
        <StepDialog
          requestId={requestId}
          step={step}
          name={name}
          amountMinor={amountMinor}
          onClose={() => setStep(null)}
        />
      )}
    </div>
  );
}

interface StepDialogProps extends Omit<RequestActionsProps, 'side'> {
  step: Step;
  onClose: () => void;
}

function StepDialog({ requestId, step, name, amountMinor, onClose }: StepDialogProps) {
  const t = useTranslations('send.requests');
  const common = useTranslations('common');
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh } = useRefresh();
  const take = useRequestStep(requestId, () => {
    toast({ tone: 'success', text: t(`done.${step}`) });
    refresh();
    onClose();
  });
  return (
    <Dialog open onClose={onClose} title={t(`confirm.${step}`)} closeLabel={common('close')}>
      <p className="wrap-anywhere">
        {t.rich(`confirmText.${step}`, { name, amount: () => <Amount asset="DUCAT" minor={amountMinor} /> })}
      </p>
      {take.isError ? <Notice tone="danger" title={refusalText(take.error)} live /> : null}
      <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
        <Button variant="secondary" onClick={onClose}>
          {t('back')}
        </Button>
        <Button
          variant={step === 'decline' ? 'danger' : 'primary'}
          pending={take.isPending}
          onClick={() => take.mutate(step)}
        >
          {t(`step.${step}`)}
        </Button>
      </div>
    </Dialog>
  );
}

/** A request is answered once: sent again, the server says what it said the first time. It needs no key. */
function useRequestStep(requestId: string, onSuccess: () => void) {
  const trpc = useTRPC();
  const pay = useMutation(trpc.ducatRequests.pay.mutationOptions());
  const decline = useMutation(trpc.ducatRequests.decline.mutationOptions());
  const withdraw = useMutation(trpc.ducatRequests.withdraw.mutationOptions());
  const mutationFn = (step: Step): Promise<unknown> => {
    switch (step) {
      case 'pay':
        return pay.mutateAsync({ requestId });
      case 'decline':
        return decline.mutateAsync({ requestId });
      case 'withdraw':
        return withdraw.mutateAsync({ requestId });
    }
  };
  return useMutation({ mutationFn, onSuccess });
}

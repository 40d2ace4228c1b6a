'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { outcomeOf } from '#components/errors/outcome.ts';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { amountTags } from '#components/order/order-amounts.tsx';
import type { OrderAmounts } from '#components/order/order-amounts.tsx';
import { StepTextField } from '#components/order/step-text-field.tsx';
import { stepTextProblem } from '#components/order/step-text.ts';
import { useOrderStep } from '#components/order/use-order-step.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { OrderAction } from '#server/market/orders/order-schema.ts';

interface StepDialogProps {
  orderId: string;
  action: OrderAction;
  amounts: OrderAmounts;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
  /** Shows the order as it is now, after a refusal that says it has moved on. */
  onReload: () => void;
}

/** Says what a step does with the money, takes the words that belong to it, and takes the step. */
export function StepDialog({ orderId, action, amounts, open, onClose, onDone, onReload }: StepDialogProps) {
  const t = useTranslations('order.action');
  const common = useTranslations('common');
  const refusalText = useRefusalText();
  const [text, setText] = useState('');
  const [isChecked, setChecked] = useState(false);
  const step = useOrderStep(orderId, onDone);
  const problem = stepTextProblem(action, text);
  const refusal = step.isError ? refusalText(step.error) : undefined;
  const isOutdated = step.isError && outcomeOf(step.error).code === 'order_step_unavailable';
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (problem !== null) event.currentTarget.querySelector('textarea')?.focus();
    else if (!step.isPending) step.mutate({ action, text: text.trim() });
  };
  return (
    <Dialog open={open} onClose={onClose} title={t(`${action}.title`)} closeLabel={common('close')}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-6">
        <p>{t.rich(`${action}.text`, amountTags(amounts))}</p>
        {action === 'confirm' ? null : (
          <StepTextField action={action} text={text} problem={isChecked ? problem : null} onChange={setText} />
        )}
        {refusal === undefined ? null : (
          <Notice tone="danger" title={refusal} live>
            {isOutdated ? (
              <div>
                <Button variant="secondary" size="small" onClick={onReload}>
                  {t('reload')}
                </Button>
              </div>
            ) : null}
          </Notice>
        )}
        <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
          <Button variant="secondary" onClick={onClose}>
            {t('back')}
          </Button>
          <Button type="submit" variant={action === 'cancel' ? 'danger' : 'primary'} pending={step.isPending}>
            {t(`${action}.submit`)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

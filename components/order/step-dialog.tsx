'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { outcomeOf } from '#components/errors/outcome.ts';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { Amount } from '#components/money/amount.tsx';
import { amountTags, leftMinorOf } from '#components/order/order-amounts.tsx';
import type { OrderAmounts } from '#components/order/order-amounts.tsx';
import { stepAmount, takesAmount } from '#components/order/step-amount.ts';
import { StepAmountField } from '#components/order/step-amount-field.tsx';
import { StepTextField } from '#components/order/step-text-field.tsx';
import { stepTextProblem } from '#components/order/step-text.ts';
import { useOrderStep } from '#components/order/use-order-step.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { OrderProposal, PartyAction } from '#server/market/orders/order-schema.ts';

interface StepDialogProps {
  orderId: string;
  action: PartyAction;
  amounts: OrderAmounts;
  proposal: OrderProposal | null;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
  /** Shows the order as it is now, after a refusal that says it has moved on. */
  onReload: () => void;
}

/** Refusals after which the order is not what the dialog shows any more. */
const outdated = ['order_step_unavailable', 'proposal_changed', 'amount_exceeds_order'];
const dangerous: readonly PartyAction[] = ['cancel', 'decline', 'refund_all'];

/** Says what a step does with the money, takes the words that belong to it, and takes the step. */
export function StepDialog(props: StepDialogProps) {
  const { orderId, action, amounts, proposal, open, onClose, onDone, onReload } = props;
  const t = useTranslations('order.action');
  const common = useTranslations('common');
  const refusalText = useRefusalText();
  const [text, setText] = useState('');
  const [written, setWritten] = useState('');
  const [isChecked, setChecked] = useState(false);
  const step = useOrderStep(orderId, onDone);
  const problem = stepTextProblem(action, text);
  const amount = takesAmount(action) ? stepAmount(action, written, leftMinorOf(amounts)) : { amountMinor: 0n };
  const isWhole = problem === null && 'amountMinor' in amount;
  const refusal = step.isError ? refusalText(step.error) : undefined;
  const isOutdated = step.isError && outdated.includes(outcomeOf(step.error).code ?? '');
  const proposed = () => <Amount asset="DUCAT" minor={proposal?.backMinor ?? 0n} />;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (isWhole && !step.isPending)
      step.mutate({ action, text: text.trim(), backMinor: amount.amountMinor, sequence: proposal?.sequence ?? 1 });
  };
  return (
    <Dialog open={open} onClose={onClose} title={t(`${action}.title`)} closeLabel={common('close')}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-6">
        <p>{t.rich(`${action}.text`, { ...amountTags(amounts), proposed })}</p>
        {takesAmount(action) ? (
          <StepAmountField
            action={action}
            text={written}
            amounts={amounts}
            problem={isChecked && 'problem' in amount ? amount.problem : null}
            onChange={setWritten}
          />
        ) : null}
        {action === 'confirm' || action === 'accept' || action === 'agree' ? null : (
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
          <Button type="submit" variant={dangerous.includes(action) ? 'danger' : 'primary'} pending={step.isPending}>
            {t(`${action}.submit`)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

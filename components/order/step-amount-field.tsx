'use client';

import { useTranslations } from 'next-intl';

import { FigureField } from '#components/form/figure-field.tsx';
import { amountTags } from '#components/order/order-amounts.tsx';
import type { OrderAmounts } from '#components/order/order-amounts.tsx';
import type { AmountAction } from '#components/order/step-amount.ts';

interface StepAmountFieldProps {
  action: AmountAction;
  text: string;
  amounts: OrderAmounts;
  problem: 'amount_wrong' | 'amount_too_large' | null;
  onChange: (text: string) => void;
}

/** How much goes back to the buyer, in ducats, and how much there is. */
export function StepAmountField({ action, text, amounts, problem, onChange }: StepAmountFieldProps) {
  const t = useTranslations('order.action');
  const problems = useTranslations('order.problem');
  return (
    <div className="flex flex-col gap-2">
      <FigureField
        id={`${action}-amount`}
        label={t('amount')}
        error={problem === null ? undefined : problems(problem)}
        text={text}
        onText={onChange}
      />
      <p className="text-sm text-muted">{t.rich('amountOf', amountTags(amounts))}</p>
    </div>
  );
}

'use client';

import { useTranslations } from 'next-intl';

import { stepTextLength } from '#components/order/step-text.ts';
import type { TextProblem } from '#components/order/step-text.ts';
import { Field } from '#components/ui/field.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import type { PartyAction } from '#server/market/orders/order-schema.ts';

interface StepTextFieldProps {
  action: Exclude<PartyAction, 'confirm' | 'accept' | 'agree'>;
  text: string;
  problem: TextProblem | null;
  onChange: (text: string) => void;
}

export function StepTextField({ action, text, problem, onChange }: StepTextFieldProps) {
  const t = useTranslations('order.action');
  const problems = useTranslations('order.problem');
  return (
    <Field
      id={`${action}-text`}
      label={t(`${action}.note`)}
      hint={t(`${action}.noteHint`, { min: stepTextLength.min })}
      error={problem === null ? undefined : problems(problem, stepTextLength)}
    >
      {(control) => <Textarea {...control} rows={4} value={text} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

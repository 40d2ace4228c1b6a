'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { correctionInput } from '#server/api/schema.ts';
import { parseTypedAmount } from '#server/money/money.ts';

/** Proposes a correction, with a reason that is kept for good beside the operator's name. */
export function CorrectionsForm() {
  const t = useTranslations('operator.corrections');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const attempt = useAttempt();
  const [fields, setFields] = useState({ transferId: '', amount: '', reason: '' });
  const [isChecked, setChecked] = useState(false);
  const { refresh, isRefreshing } = useRefresh();
  const done = () => {
    attempt.settle();
    setFields({ transferId: '', amount: '', reason: '' });
    setChecked(false);
    toast({ tone: 'success', text: t('done') });
    refresh();
  };
  const propose = useStepUpMutation(
    trpc.operator.corrections.propose.mutationOptions({ onSuccess: done, onError: attempt.settle }),
  );
  const transferId = fields.transferId.trim();
  const input = {
    key: attempt.key,
    transferId,
    amountMinor: parseTypedAmount(fields.amount),
    reason: fields.reason.trim(),
  };
  const parsed = correctionInput.safeParse(input);
  const problems = new Set(isChecked && !parsed.success ? parsed.error.issues.map(({ path }) => path[0]) : []);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (parsed.success && !propose.isPending) propose.mutate(parsed.data);
  };
  const set = (name: keyof typeof fields) => (event: { target: { value: string } }) =>
    setFields({ ...fields, [name]: event.target.value });
  return (
    <ReadyForm onSubmit={submit} className="flex max-w-form flex-col gap-4">
      <Field
        id="correction-transfer"
        label={t('transfer')}
        hint={t('transferHint')}
        error={problems.has('transferId') ? t('transferProblem') : undefined}
      >
        {(control) => <Input {...control} value={fields.transferId} onChange={set('transferId')} />}
      </Field>
      <Field
        id="correction-amount"
        label={t('amountLabel')}
        hint={t('amountHint')}
        error={problems.has('amountMinor') ? t('amountProblem') : undefined}
      >
        {(control) => <Input {...control} figures inputMode="decimal" value={fields.amount} onChange={set('amount')} />}
      </Field>
      <Field
        id="correction-reason"
        label={t('reason')}
        hint={t('reasonHint')}
        error={problems.has('reason') ? t('reasonProblem') : undefined}
      >
        {(control) => <Textarea {...control} rows={3} value={fields.reason} onChange={set('reason')} />}
      </Field>
      {propose.isError ? <Notice tone="danger" title={refusalText(propose.error)} live /> : null}
      <div>
        <Button type="submit" pending={propose.isPending || isRefreshing}>
          {t('submit')}
        </Button>
      </div>
    </ReadyForm>
  );
}

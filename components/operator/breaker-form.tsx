'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { breakerReasonInput, breakerReasonLength } from '#server/api/schema.ts';

/** Lets posting go on, with a reason that is kept for good beside the operator's name. */
export function BreakerForm() {
  const t = useTranslations('operator.breaker');
  const trpc = useTRPC();
  const toast = useToast();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const [reason, setReason] = useState('');
  const [isChecked, setChecked] = useState(false);
  const { refresh, isRefreshing } = useRefresh();
  const done = () => {
    toast({ tone: 'success', text: t('done') });
    refresh();
  };
  const close = useStepUpMutation(trpc.operator.closeBreaker.mutationOptions({ onSuccess: done }));
  const isValid = breakerReasonInput.safeParse({ reason }).success;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (!isValid) event.currentTarget.querySelector('textarea')?.focus();
    else if (!close.isPending) close.mutate({ reason: reason.trim() });
  };
  return (
    <form onSubmit={submit} noValidate className="flex max-w-form flex-col gap-4">
      <Field
        id="breaker-reason"
        label={t('reasonLabel')}
        hint={t('reasonHint', breakerReasonLength)}
        error={isChecked && !isValid ? t('reasonProblem', breakerReasonLength) : undefined}
      >
        {(control) => (
          <Textarea {...control} rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />
        )}
      </Field>
      {close.isError ? <Notice tone="danger" title={refusalText(close.error)} live /> : null}
      <div>
        <Button type="submit" disabled={!hydrated} pending={close.isPending || isRefreshing}>
          {t('submit')}
        </Button>
      </div>
    </form>
  );
}

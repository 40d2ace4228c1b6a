'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { writeOffInput } from '#server/payments/disputes/dispute-schema.ts';

/** Gives up what is still owed, with a reason that is kept for good. */
export function WriteOffForm({ reference }: { reference: string }) {
  const t = useTranslations('disputes.detail');
  const trpc = useTRPC();
  const refusalText = useRefusalText();
  const attempt = useAttempt();
  const { refresh, isRefreshing } = useRefresh();
  const [reason, setReason] = useState('');
  const [isChecked, setChecked] = useState(false);
  const writeOff = useStepUpMutation(
    trpc.operator.disputes.writeOff.mutationOptions({
      onSuccess: () => attempt.settle(),
      onError: attempt.settle,
      onSettled: refresh,
    }),
  );
  const parsed = writeOffInput.safeParse({ key: attempt.key, reference, reason });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (parsed.success && !writeOff.isPending) writeOff.mutate(parsed.data);
  };
  return (
    <ReadyForm onSubmit={submit} className="flex max-w-form flex-col gap-4">
      <NeedsScript />
      <p className="text-muted">{t('writeOffText')}</p>
      <Field
        id="write-off-reason"
        label={t('writeOffReason')}
        hint={t('writeOffHint')}
        error={isChecked && !parsed.success ? t('writeOffHint') : undefined}
      >
        {(control) => <Textarea {...control} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
      <div>
        <Button type="submit" variant="secondary" pending={writeOff.isPending || isRefreshing}>
          {t('writeOff')}
        </Button>
      </div>
      {writeOff.isError ? <Notice tone="danger" title={refusalText(writeOff.error)} live /> : null}
    </ReadyForm>
  );
}

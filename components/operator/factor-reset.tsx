'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { resetFactorsInput } from '#server/api/schema.ts';

/** Takes the second factors of a citizen who lost them, with a reason that is kept. */
export function FactorReset() {
  const t = useTranslations('people.reset');
  const trpc = useTRPC();
  const toast = useToast();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [fields, setFields] = useState({ username: '', reason: '' });
  const [isChecked, setChecked] = useState(false);
  const done = (_: unknown, { username: name }: { username: string }) => {
    setFields({ username: '', reason: '' });
    setChecked(false);
    toast({ tone: 'success', text: t('done', { name }) });
    refresh();
  };
  const reset = useStepUpMutation(trpc.operator.people.resetFactors.mutationOptions({ onSuccess: done }));
  const parsed = resetFactorsInput.safeParse({ ...fields, username: fields.username.trim() });
  const problems = new Set(isChecked && !parsed.success ? parsed.error.issues.map(({ path }) => path[0]) : []);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (parsed.success && !reset.isPending) reset.mutate(parsed.data);
  };
  const set = (name: keyof typeof fields) => (event: { target: { value: string } }) =>
    setFields({ ...fields, [name]: event.target.value });
  return (
    <form onSubmit={submit} noValidate className="flex max-w-form flex-col gap-4">
      <Field
        id="reset-username"
        label={t('username')}
        error={problems.has('username') ? t('usernameProblem') : undefined}
      >
        {(control) => (
          <Input
            {...control}
            value={fields.username}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={set('username')}
          />
        )}
      </Field>
      <Field
        id="reset-reason"
        label={t('reason')}
        hint={t('reasonHint')}
        error={problems.has('reason') ? t('reasonProblem') : undefined}
      >
        {(control) => <Textarea {...control} rows={3} value={fields.reason} onChange={set('reason')} />}
      </Field>
      {reset.isError ? <Notice tone="danger" title={refusalText(reset.error)} live /> : null}
      <div>
        <Button type="submit" variant="danger" disabled={!hydrated} pending={reset.isPending || isRefreshing}>
          {t('submit')}
        </Button>
      </div>
    </form>
  );
}

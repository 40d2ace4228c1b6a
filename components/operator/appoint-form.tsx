'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Select } from '#components/ui/select.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { appointInput, operatorRoles } from '#server/api/schema.ts';

/** Makes a citizen of Venice an operator, or changes what one may do. */
export function AppointForm() {
  const t = useTranslations('people');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [username, setUsername] = useState('');
  const [operatorRole, setOperatorRole] = useState<(typeof operatorRoles)[number]>('support');
  const [isChecked, setChecked] = useState(false);
  const done = (_: unknown, { username: name }: { username: string }) => {
    setUsername('');
    setChecked(false);
    toast({ tone: 'success', text: t('appoint.done', { name }) });
    refresh();
  };
  const appoint = useStepUpMutation(trpc.operator.people.appoint.mutationOptions({ onSuccess: done }));
  const parsed = appointInput.safeParse({ username: username.trim(), operatorRole });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (!parsed.success) event.currentTarget.querySelector('input')?.focus();
    else if (!appoint.isPending) appoint.mutate(parsed.data);
  };
  return (
    <ReadyForm onSubmit={submit} className="flex max-w-form flex-col gap-4">
      <Field
        id="appoint-username"
        label={t('appoint.username')}
        hint={t('appoint.usernameHint')}
        error={isChecked && !parsed.success ? t('appoint.usernameProblem') : undefined}
      >
        {(control) => (
          <Input
            {...control}
            value={username}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setUsername(event.target.value)}
          />
        )}
      </Field>
      <Field id="appoint-role" label={t('appoint.role')} hint={t(`roleText.${operatorRole}`)}>
        {(control) => (
          <Select
            {...control}
            value={operatorRole}
            onChange={({ target }) => {
              setOperatorRole(operatorRoles.find((role) => role === target.value) ?? 'support');
            }}
          >
            {operatorRoles.map((role) => (
              <option key={role} value={role}>
                {t(`roles.${role}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {appoint.isError ? <Notice tone="danger" title={refusalText(appoint.error)} live /> : null}
      <div>
        <Button type="submit" pending={appoint.isPending || isRefreshing}>
          {t('appoint.submit')}
        </Button>
      </div>
    </ReadyForm>
  );
}

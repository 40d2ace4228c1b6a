'use client';

import { useLocale, useTranslations } from 'next-intl';
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
import { useRefresh } from '#components/ui/use-refresh.ts';
import { emailAddress } from '#server/citizens/schema.ts';

/** Takes an address, to which a link is sent; it counts once the link was used. */
export function EmailForm({ isChange }: { isChange: boolean }) {
  const t = useTranslations('account.contact');
  const locale = useLocale();
  const trpc = useTRPC();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [address, setAddress] = useState('');
  const [isChecked, setChecked] = useState(false);
  const done = () => {
    setAddress('');
    setChecked(false);
    refresh();
  };
  const set = useStepUpMutation(trpc.contact.setEmail.mutationOptions({ onSuccess: done }));
  const isValid = emailAddress.safeParse(address).success;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (!isValid) event.currentTarget.querySelector('input')?.focus();
    else if (!set.isPending) set.mutate({ address, locale });
  };
  return (
    <ReadyForm onSubmit={submit} className="flex max-w-form flex-col gap-4">
      <Field
        id="contact-email"
        label={isChange ? t('newAddress') : t('address')}
        hint={t('hint')}
        error={isChecked && !isValid ? t('problem') : undefined}
      >
        {(control) => (
          <Input
            {...control}
            type="email"
            autoComplete="email"
            value={address}
            onChange={(event) => setAddress(event.target.value)}
          />
        )}
      </Field>
      {set.isError ? <Notice tone="danger" title={refusalText(set.error)} live /> : null}
      <div>
        <Button type="submit" pending={set.isPending || isRefreshing}>
          {t('send')}
        </Button>
      </div>
    </ReadyForm>
  );
}

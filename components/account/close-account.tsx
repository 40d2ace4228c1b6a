'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** Closes the account once its name was typed. */
export function CloseAccount({ username, closeLabel }: { username: string; closeLabel: string }) {
  const t = useTranslations('account.close');
  const hydrated = useHydrated();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <div>
        <Button variant="danger" disabled={!hydrated} onClick={() => setOpen(true)}>
          {t('begin')}
        </Button>
      </div>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={t('title')} closeLabel={closeLabel}>
        <CloseForm username={username} />
      </Dialog>
    </>
  );
}

function CloseForm({ username }: { username: string }) {
  const t = useTranslations('account.close');
  const trpc = useTRPC();
  const refusalText = useRefusalText();
  const [confirmation, setConfirmation] = useState('');
  const [isChecked, setChecked] = useState(false);
  // A page that was made for someone signed in must not stay on screen.
  const leave = () => window.location.assign('/');
  const close = useStepUpMutation(trpc.account.close.mutationOptions({ onSuccess: leave }));
  const isMatch = confirmation === username;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (!isMatch) event.currentTarget.querySelector('input')?.focus();
    else if (!close.isPending) close.mutate({ confirmation });
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <p>{t('consequences')}</p>
      <Field
        id="close-confirmation"
        label={t('confirmation', { username })}
        error={isChecked && !isMatch ? t('mismatch') : undefined}
      >
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={confirmation}
            onChange={(event) => setConfirmation(event.target.value)}
          />
        )}
      </Field>
      {close.isError ? <Notice tone="danger" title={refusalText(close.error)} live /> : null}
      <div>
        <Button type="submit" variant="danger" pending={close.isPending || close.isSuccess}>
          {t('submit')}
        </Button>
      </div>
    </form>
  );
}

'use client';

import { browserSupportsWebAuthn } from '@simplewebauthn/browser';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { makePasskey } from '#components/security/passkey-browser.ts';
import { useStepUp } from '#components/security/step-up.tsx';
import { usePasskeyProblem } from '#components/security/use-passkey-problem.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { passkeyName } from '#server/citizens/factor-schema.ts';

/** Has a device make a passkey and gives it a name. `number` is the one that it would be. */
export function AddPasskey({ number }: { number: number }) {
  const t = useTranslations('security.passkeys');
  const hydrated = useHydrated();
  const problemText = usePasskeyProblem();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const { add, isRefreshing } = useAddPasskey();
  const fallback = t('fallback', { number });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (add.isPending || isRefreshing) return;
    const parsed = passkeyName.safeParse(name.trim() === '' ? fallback : name);
    setProblem(parsed.success ? undefined : t('nameProblem'));
    if (parsed.success) add.mutate(parsed.data);
    else event.currentTarget.querySelector('input')?.focus();
  };
  if (hydrated && !browserSupportsWebAuthn()) return <Notice title={t('unsupported')} />;
  return (
    <form onSubmit={submit} noValidate className="flex max-w-narrow flex-col gap-4">
      <Field id="passkey-name" label={t('name')} hint={t('nameHint', { fallback })} error={problem}>
        {(control) => (
          <Input {...control} value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      {add.isError ? <Notice tone="danger" title={problemText(add.error)} live /> : null}
      <div>
        <Button type="submit" variant="secondary" disabled={!hydrated} pending={add.isPending || isRefreshing}>
          {t('add')}
        </Button>
      </div>
    </form>
  );
}

function useAddPasskey() {
  const t = useTranslations('security.passkeys');
  const trpc = useTRPC();
  const toast = useToast();
  const stepUp = useStepUp();
  const { refresh, isRefreshing } = useRefresh();
  const start = useMutation(trpc.security.startPasskey.mutationOptions());
  const finish = useMutation(trpc.security.addPasskey.mutationOptions());
  const add = useMutation({
    mutationFn: async (name: string) => {
      const options = await stepUp(() => start.mutateAsync());
      const response = await makePasskey(options);
      await stepUp(() => finish.mutateAsync({ response, name }));
    },
    onSuccess: () => {
      toast({ tone: 'success', text: t('done') });
      refresh();
    },
  });
  return { add, isRefreshing };
}

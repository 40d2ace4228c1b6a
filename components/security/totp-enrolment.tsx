'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { CopyButton } from '#components/security/copy-button.tsx';
import { QrCode } from '#components/security/qr-code.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { totpCode } from '#server/citizens/factor-schema.ts';

interface Enrolment {
  secret: string;
  uri: string;
}

/** Sets up an authenticator app, in place: a secret, and a code that shows that the app has it. */
export function TotpEnrolment() {
  const t = useTranslations('security.totp');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  // The secret stays in this component alone, and is forgotten with it.
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const start = useStepUpMutation(
    trpc.security.startTotp.mutationOptions({ gcTime: 0, onSuccess: (answer) => setEnrolment(answer) }),
  );
  const begin = () => {
    if (!start.isPending) start.mutate();
  };
  if (enrolment !== null) {
    return (
      <div className="flex flex-col gap-6">
        <SecretToScan {...enrolment} />
        <CodeForm onCancel={() => setEnrolment(null)} />
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {start.isError ? <Notice tone="danger" title={refusalText(start.error)} live /> : null}
      <div>
        <Button disabled={!hydrated} pending={start.isPending} onClick={begin}>
          {t('setUp')}
        </Button>
      </div>
    </div>
  );
}

function SecretToScan({ secret, uri }: Enrolment) {
  const t = useTranslations('security.totp');
  const groups = secret.match(/.{1,4}/g) ?? [];
  return (
    <div className="flex flex-col gap-6 sm:flex-row">
      <div className="flex shrink-0 flex-col gap-2 sm:w-[216px]">
        <p className="font-medium">{t('scan')}</p>
        <QrCode text={uri} label={t('qr')} />
      </div>
      <div className="flex min-w-0 flex-col items-start gap-3">
        <p className="font-medium">{t('bySecret')}</p>
        <code data-totp-secret={secret} className="flex flex-wrap gap-x-3 gap-y-1 figures text-lg tracking-caps">
          {groups.map((group, index) => (
            <span key={index}>{group}</span>
          ))}
        </code>
        <CopyButton label={t('copy')} text={secret} done={t('copied')} />
      </div>
    </div>
  );
}

function CodeForm({ onCancel }: { onCancel: () => void }) {
  const t = useTranslations('security.totp');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string>();
  const confirm = useStepUpMutation(
    trpc.security.confirmTotp.mutationOptions({
      onSuccess: () => {
        toast({ tone: 'success', text: t('done') });
        refresh();
      },
      onError: (error) => setProblem(refusalText(error)),
    }),
  );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (confirm.isPending || isRefreshing) return;
    const isCode = totpCode.safeParse(code).success;
    setProblem(isCode ? undefined : t('codeProblem'));
    if (isCode) confirm.mutate({ code });
    else event.currentTarget.querySelector('input')?.focus();
  };
  return (
    <form onSubmit={submit} noValidate className="flex max-w-narrow flex-col gap-4">
      <Field id="totp-code" label={t('code')} hint={t('codeHint')} error={problem}>
        {(control) => (
          <Input
            {...control}
            value={code}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={20}
            autoFocus
            onChange={(event) => setCode(event.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" pending={confirm.isPending || isRefreshing}>
          {t('confirm')}
        </Button>
        <Button variant="secondary" onClick={onCancel}>
          {common('cancel')}
        </Button>
      </div>
    </form>
  );
}

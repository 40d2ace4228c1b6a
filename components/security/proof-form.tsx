'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { usePathname } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { askForPasskey } from '#components/security/passkey-browser.ts';
import { SignInButton } from '#components/session/sign-in-button.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Spinner } from '#components/ui/spinner.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** The ways in which a citizen can prove that it is them, and the proof itself. */
export function ProofForm({ onProved }: { onProved: () => void }) {
  const t = useTranslations('proof');
  const trpc = useTRPC();
  const refusalText = useRefusalText();
  const [isPaper, setPaper] = useState(false);
  const ways = useQuery({ ...trpc.security.ways.queryOptions(), staleTime: 0 });
  if (ways.isPending) {
    return (
      <p role="status" className="flex items-center gap-2 text-muted">
        <Spinner /> {t('loading')}
      </p>
    );
  }
  if (ways.isError) return <Notice tone="danger" title={refusalText(ways.error)} live />;
  const { totp, passkey, recoveryCode } = ways.data;
  if (!totp && !passkey) return <ProofByVenice />;
  return (
    <div className="flex flex-col gap-6">
      {totp && !isPaper ? <CodeForm kind="totp" onProved={onProved} /> : null}
      {isPaper ? <CodeForm kind="recoveryCode" onProved={onProved} /> : null}
      {passkey && !isPaper ? <PasskeyProof isSecond={totp} onProved={onProved} /> : null}
      {recoveryCode ? (
        <div>
          <Button variant="quiet" onClick={() => setPaper(!isPaper)}>
            {t(isPaper ? 'useFactor' : 'usePaper')}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** Without a second factor a new sign-in is the proof; it comes back to this page. */
function ProofByVenice() {
  const t = useTranslations('proof');
  const path = usePathname();
  return (
    <div className="flex flex-col gap-4">
      <p>{t('byVenice')}</p>
      <SignInButton returnTo={path} failure={t('veniceFailed')}>
        {t('veniceButton')}
      </SignInButton>
    </div>
  );
}

function CodeForm({ kind, onProved }: { kind: 'totp' | 'recoveryCode'; onProved: () => void }) {
  const t = useTranslations('proof');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string>();
  const options = {
    onSuccess: onProved,
    onError: (error: unknown) => {
      setProblem(refusalText(error));
      setCode('');
    },
  };
  const byTotp = useMutation(trpc.security.proveTotp.mutationOptions(options));
  const byPaper = useMutation(trpc.security.proveRecoveryCode.mutationOptions(options));
  const isPending = byTotp.isPending || byPaper.isPending;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isPending || code.trim() === '') return;
    setProblem(undefined);
    if (kind === 'totp') byTotp.mutate({ code });
    else byPaper.mutate({ code });
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Field id={`proof-${kind}`} label={t(`${kind}.label`)} hint={t(`${kind}.hint`)} error={problem}>
        {(control) => (
          <Input
            {...control}
            value={code}
            onChange={(event) => setCode(event.target.value)}
            autoComplete="one-time-code"
            inputMode={kind === 'totp' ? 'numeric' : 'text'}
            spellCheck={false}
            autoFocus
          />
        )}
      </Field>
      <div>
        <Button type="submit" disabled={!hydrated} pending={isPending}>
          {t('confirm')}
        </Button>
      </div>
    </form>
  );
}

function PasskeyProof({ isSecond, onProved }: { isSecond: boolean; onProved: () => void }) {
  const t = useTranslations('proof');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const challenge = useMutation(trpc.security.askForPasskey.mutationOptions());
  const answer = useMutation(trpc.security.provePasskey.mutationOptions());
  const prove = useMutation({
    mutationFn: async () => {
      const optionsJSON = await challenge.mutateAsync();
      await answer.mutateAsync({ response: await askForPasskey(optionsJSON) });
    },
    onSuccess: onProved,
  });
  const isGivenUp = prove.error instanceof Error && prove.error.name === 'NotAllowedError';
  return (
    <div className="flex flex-col gap-4">
      <div>
        <Button
          variant={isSecond ? 'secondary' : 'primary'}
          disabled={!hydrated}
          pending={prove.isPending}
          onClick={() => prove.mutate()}
        >
          {t('passkey')}
        </Button>
      </div>
      {prove.isError ? (
        <Notice tone="danger" title={isGivenUp ? t('passkeyGivenUp') : refusalText(prove.error)} live />
      ) : null}
    </div>
  );
}

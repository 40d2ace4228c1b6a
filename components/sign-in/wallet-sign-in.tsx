'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useBrowserWallets, useWalletSignIn } from '#components/sign-in/use-wallet-sign-in.ts';
import { WalletMessage } from '#components/sign-in/wallet-message.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

const usernameLengthMax = 64;

/** The second way in: a signature by the citizen's wallet, of this browser or pasted. */
export function WalletSignIn({ returnTo }: { returnTo: string }) {
  const t = useTranslations('wallet-sign-in');
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const wallets = useBrowserWallets();
  const signIn = useWalletSignIn(returnTo);
  const [username, setUsername] = useState('');
  const [isMissing, setMissing] = useState(false);
  const name = username.trim();
  const begin = (how: (username: string) => void) => {
    setMissing(name === '');
    if (name !== '' && !signIn.isBusy) how(name);
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const [wallet] = wallets;
    begin(wallet === undefined ? signIn.ask : (chosen) => signIn.signWith(wallet, chosen));
  };
  return (
    <div className="flex flex-col gap-4">
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <Field
          id="wallet-username"
          label={t('username')}
          hint={t('usernameHint')}
          error={isMissing ? t('usernameMissing') : undefined}
        >
          {(control) => (
            <Input
              {...control}
              value={username}
              onChange={(event) => setUsername(event.target.value)}
              maxLength={usernameLengthMax}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
            />
          )}
        </Field>
        {wallets.map((wallet, index) => (
          <Button
            key={`${wallet.name} ${String(index)}`}
            type={index === 0 ? 'submit' : 'button'}
            variant="secondary"
            wide
            pending={signIn.isBusy}
            onClick={index === 0 ? undefined : () => begin((chosen) => signIn.signWith(wallet, chosen))}
          >
            {t('use', { wallet: wallet.name })}
          </Button>
        ))}
        <Button
          type={wallets.length === 0 ? 'submit' : 'button'}
          variant={wallets.length === 0 ? 'secondary' : 'quiet'}
          wide
          disabled={!hydrated}
          pending={signIn.isBusy && wallets.length === 0}
          onClick={wallets.length === 0 ? undefined : () => begin(signIn.ask)}
        >
          {t('byHand')}
        </Button>
      </form>
      {signIn.pending === null ? null : (
        <WalletMessage
          key={signIn.pending.nonce}
          message={signIn.pending.message}
          isBusy={signIn.isBusy}
          onSignature={signIn.handIn}
        />
      )}
      {signIn.isNotSigned ? <Notice title={t('notSigned')} live /> : null}
      {signIn.refusal === null ? null : <Notice tone="danger" title={refusalText(signIn.refusal)} live />}
    </div>
  );
}

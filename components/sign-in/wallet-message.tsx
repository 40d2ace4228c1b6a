'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import type { SubmitEvent } from 'react';

import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Textarea } from '#components/ui/textarea.tsx';

interface WalletMessageProps {
  message: string;
  isBusy: boolean;
  onSignature: (signature: string) => void;
}

/** The message to take to a wallet, and the place for the signature it gives. */
export function WalletMessage({ message, isBusy, onSignature }: WalletMessageProps) {
  const t = useTranslations('wallet-sign-in');
  const text = useRef<HTMLTextAreaElement>(null);
  const [signature, setSignature] = useState('');
  const [isCopied, setCopied] = useState(false);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => text.current?.focus(), []);
  const copy = () => {
    text.current?.select();
    // Without a clipboard (no HTTPS, or not allowed) the message stands there marked, ready to be copied by hand.
    writeClipboard(message).then(setCopied, () => setCopied(false));
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setMissing(signature.trim() === '');
    if (signature.trim() !== '' && !isBusy) onSignature(signature.trim());
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Field id="wallet-message" label={t('message')} hint={t('messageHint')}>
        {(control) => <Textarea {...control} ref={text} readOnly rows={10} value={message} />}
      </Field>
      <Button variant="secondary" onClick={copy}>
        {isCopied ? t('copied') : t('copy')}
      </Button>
      <Field
        id="wallet-signature"
        label={t('signature')}
        hint={t('signatureHint')}
        error={isMissing ? t('signatureMissing') : undefined}
      >
        {(control) => (
          <Textarea
            {...control}
            rows={3}
            value={signature}
            onChange={(event) => setSignature(event.target.value)}
            maxLength={200}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </Field>
      <Button type="submit" wide pending={isBusy}>
        {t('submit')}
      </Button>
    </form>
  );
}

/** Whether the text is in the clipboard now. */
async function writeClipboard(text: string): Promise<boolean> {
  if (!('clipboard' in navigator)) return false;
  await navigator.clipboard.writeText(text);
  return true;
}

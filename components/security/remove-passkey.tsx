'use client';

import { useTranslations } from 'next-intl';

import { ConfirmButton } from '#components/security/confirm-button.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';

interface RemovePasskeyProps {
  passkeyId: string;
  name: string;
  /** Whether no other second factor stays. */
  isLast: boolean;
}

export function RemovePasskey({ passkeyId, name, isLast }: RemovePasskeyProps) {
  const t = useTranslations('security');
  const trpc = useTRPC();
  const toast = useToast();
  const { refresh } = useRefresh();
  const done = () => {
    toast({ tone: 'success', text: t('passkeys.removed') });
    refresh();
  };
  const remove = useStepUpMutation(trpc.security.removePasskey.mutationOptions({ onSuccess: done }));
  return (
    <ConfirmButton
      label={t('passkeys.remove')}
      name={t('passkeys.removeNamed', { name })}
      variant="danger"
      title={t('passkeys.removeTitle', { name })}
      change={remove}
      begin={(callbacks) => remove.mutate({ passkeyId }, callbacks)}
    >
      <p>{t('passkeys.removeText')}</p>
      {isLast ? <p>{t('last')}</p> : null}
    </ConfirmButton>
  );
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { ConfirmButton } from '#components/security/confirm-button.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Ends one credential, at once and everywhere. */
export function EndCredential({ credentialId, name }: { credentialId: string; name: string }) {
  const t = useTranslations('credentials.end');
  const trpc = useTRPC();
  const toast = useToast();
  const { refresh } = useRefresh();
  const end = useMutation(
    trpc.credentials.end.mutationOptions({
      onSuccess: () => {
        toast({ tone: 'success', text: t('done') });
        refresh();
      },
    }),
  );
  return (
    <ConfirmButton
      label={t('label')}
      name={t('named', { name })}
      variant="secondary"
      title={t('title', { name })}
      change={end}
      begin={(callbacks) => end.mutate({ credentialId }, callbacks)}
    >
      <p>{t('text')}</p>
    </ConfirmButton>
  );
}

'use client';

import { useTranslations } from 'next-intl';

import { ConfirmButton } from '#components/security/confirm-button.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';

export function RemoveTotp({ isLast }: { isLast: boolean }) {
  const t = useTranslations('security');
  const trpc = useTRPC();
  const toast = useToast();
  const { refresh } = useRefresh();
  const done = () => {
    toast({ tone: 'success', text: t('totp.removed') });
    refresh();
  };
  const remove = useStepUpMutation(trpc.security.removeTotp.mutationOptions({ onSuccess: done }));
  return (
    <ConfirmButton
      label={t('totp.remove')}
      variant="danger"
      title={t('totp.removeTitle')}
      change={remove}
      begin={(callbacks) => remove.mutate(undefined, callbacks)}
    >
      <p>{t('totp.removeText')}</p>
      {isLast ? <p>{t('last')}</p> : null}
    </ConfirmButton>
  );
}

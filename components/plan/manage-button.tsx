'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useReturn } from '#components/plan/use-return.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** Leads to the billing portal of the card service. */
export function ManageButton() {
  const t = useTranslations('plan');
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const trpc = useTRPC();
  const { mutate, reset, isPending, isSuccess, error } = useMutation(
    trpc.subscriptions.portal.mutationOptions({
      onSuccess: ({ portalUrl }) => window.location.assign(portalUrl),
    }),
  );
  useReturn(reset);
  return (
    <div className="flex flex-col items-start gap-2">
      <Button disabled={!hydrated} pending={isPending || isSuccess} onClick={() => mutate()}>
        {isSuccess ? t('leaving') : t('manage')}
      </Button>
      <p className="text-sm text-muted">{t('manageNote')}</p>
      {error === null ? null : <Notice tone="danger" title={refusalText(error)} live />}
    </div>
  );
}

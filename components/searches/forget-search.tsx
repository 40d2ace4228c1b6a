'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useTold } from '#components/form/use-told.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** Removes a kept search. */
export function ForgetSearch({ savedSearchId, name }: { savedSearchId: string; name: string }) {
  const t = useTranslations('searches');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const { told, isRefreshing } = useTold(t('forgotten'));
  const forget = useMutation(trpc.search.forget.mutationOptions(told));
  return (
    <Button
      type="button"
      variant="secondary"
      size="small"
      aria-label={t('forgetOne', { name })}
      disabled={!hydrated}
      pending={forget.isPending || isRefreshing}
      onClick={() => forget.mutate({ savedSearchId })}
    >
      {t('forget')}
    </Button>
  );
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useTold } from '#components/form/use-told.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** Forgets what its reader looked at. */
export function ForgetViews() {
  const t = useTranslations('wishlist.viewed');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const { told, isRefreshing } = useTold(t('forgotten'));
  const forget = useMutation(trpc.viewed.forget.mutationOptions(told));
  return (
    <Button
      variant="quiet"
      size="small"
      disabled={!hydrated}
      pending={forget.isPending || isRefreshing}
      onClick={() => forget.mutate()}
    >
      {t('forget')}
    </Button>
  );
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Forgets what its reader looked at. */
export function ForgetViews() {
  const t = useTranslations('wishlist.viewed');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const forget = useMutation(
    trpc.viewed.forget.mutationOptions({
      onSuccess: () => {
        toast({ tone: 'success', text: t('forgotten') });
        refresh();
      },
      onError: (error) => toast({ tone: 'danger', text: refusalText(error) }),
    }),
  );
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

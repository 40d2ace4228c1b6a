'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';

/** Takes a listing off sale, or puts it back: either can be undone by the other, so nobody is asked twice. */
export function ListingSwitch({ listing }: { listing: Pick<ListingCard, 'id' | 'state' | 'title'> }) {
  const t = useTranslations('sell');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const withdraw = useMutation(trpc.listings.withdraw.mutationOptions());
  const republish = useMutation(trpc.listings.republish.mutationOptions());
  const step = listing.state === 'published' ? 'withdraw' : 'republish';
  const { mutate, isPending } = step === 'withdraw' ? withdraw : republish;
  const run = () => {
    mutate(
      { listingId: listing.id },
      {
        onSuccess: () => {
          toast({ tone: 'success', text: t(`${step}.done`) });
          refresh();
        },
        onError: (error) => toast({ tone: 'danger', text: refusalText(error) }),
      },
    );
  };
  return (
    <Button
      variant="secondary"
      size="small"
      disabled={!hydrated}
      pending={isPending || isRefreshing}
      aria-label={t(`${step}.of`, { title: listing.title })}
      onClick={run}
    >
      {t(`${step}.button`)}
    </Button>
  );
}

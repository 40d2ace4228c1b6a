'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';

type SwitchedListing = Pick<ListingCard, 'id' | 'state' | 'title'>;
type Step = 'pause' | 'republish' | 'archive';

/** Takes a listing off sale, puts it back, or puts it away for good; only the last cannot be undone, so it asks first. */
export function ListingSwitch({ listing }: { listing: SwitchedListing }) {
  const t = useTranslations('sell');
  const common = useTranslations('common');
  const hydrated = useHydrated();
  const [isAsking, setAsking] = useState(false);
  const { run, isPending } = useListingStep(listing);
  if (listing.state === 'archived') return null;
  const step = listing.state === 'published' ? 'pause' : 'republish';
  const button = { variant: 'secondary', size: 'small', disabled: !hydrated } as const;
  return (
    <>
      <Button
        {...button}
        pending={isPending && !isAsking}
        aria-label={t(`${step}.of`, { title: listing.title })}
        onClick={() => run(step)}
      >
        {t(`${step}.button`)}
      </Button>
      <Button {...button} aria-label={t('archive.of', { title: listing.title })} onClick={() => setAsking(true)}>
        {t('archive.button')}
      </Button>
      <Dialog open={isAsking} onClose={() => setAsking(false)} title={t('archive.title')} closeLabel={common('close')}>
        <p>{t('archive.text', { title: listing.title })}</p>
        <div className="flex flex-col gap-3 sm:flex-row sm:justify-end">
          <Button variant="secondary" onClick={() => setAsking(false)}>
            {common('cancel')}
          </Button>
          <Button
            pending={isPending}
            onClick={() => {
              run('archive', () => setAsking(false));
            }}
          >
            {t('archive.button')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

function useListingStep(listing: SwitchedListing) {
  const t = useTranslations('sell');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const steps = {
    pause: useMutation(trpc.listings.pause.mutationOptions()),
    republish: useMutation(trpc.listings.republish.mutationOptions()),
    archive: useMutation(trpc.listings.archive.mutationOptions()),
  };
  const run = (step: Step, onEnd?: () => void) => {
    steps[step].mutate(
      { listingId: listing.id },
      {
        onSuccess: () => {
          toast({ tone: 'success', text: t(`${step}.done`) });
          refresh();
        },
        onError: (error) => toast({ tone: 'danger', text: refusalText(error) }),
        onSettled: () => onEnd?.(),
      },
    );
  };
  const isPending = Object.values(steps).some((step) => step.isPending) || isRefreshing;
  return { run, isPending };
}

'use client';

import { useTranslations } from 'next-intl';

import { useFeatured } from '#components/featured/use-featured.ts';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** Puts a listing behind those that are featured. */
export function FeatureButton({ listing }: { listing: { id: string; title: string } }) {
  const t = useTranslations('featured');
  const hydrated = useHydrated();
  const { save, isBusy } = useFeatured(listing);
  return (
    <Button
      size="small"
      disabled={!hydrated}
      pending={isBusy}
      aria-label={t('putOf', { title: listing.title })}
      onClick={() => save({ fromAt: null, untilAt: null }, 'added')}
    >
      {t('put')}
    </Button>
  );
}

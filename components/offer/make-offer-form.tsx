'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import {
  choiceProblem,
  firstChoice,
  VariantChoice,
  variantOf,
  type ChosenValues,
} from '#components/listing/variant-choice.tsx';
import { OfferFields } from '#components/offer/offer-fields.tsx';
import { termsOf } from '#components/offer/offer-texts.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { ListingView } from '#server/market/catalogue/catalogue-schema.ts';
import { quantityMax } from '#server/market/orders/quantity-schema.ts';

export type OfferedFor = Pick<
  ListingView,
  'id' | 'version' | 'title' | 'priceMinor' | 'stock' | 'options' | 'variants'
>;

/** Another price for one, for how many, with a note. */
export function MakeOfferForm({ listing, onClose }: { listing: OfferedFor; onClose: () => void }) {
  const t = useTranslations('offer.make');
  const buy = useTranslations('listing.buy');
  const common = useTranslations('common');
  const refusalText = useRefusalText();
  const router = useRouter();
  const trpc = useTRPC();
  const attempt = useAttempt();
  const [texts, setTexts] = useState({ price: '', quantity: '1', note: '' });
  const [isChecked, setChecked] = useState(false);
  const [chosen, setChosen] = useState<ChosenValues>(() => firstChoice(listing.options));
  const variant = variantOf(listing.variants, chosen);
  const problem = choiceProblem(listing, { chosen, variant });
  const { priceMinor: askedMinor, stock } = variant ?? listing;
  const most = Math.max(1, Math.min(stock ?? quantityMax, quantityMax));
  const make = useMutation(
    trpc.offers.make.mutationOptions({
      onSuccess: ({ offerId }) => {
        attempt.settle();
        router.push(`/offers/${offerId}`);
        router.refresh();
      },
      onError: (failure) => attempt.settle(failure),
    }),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    const terms = termsOf(texts, { askedMinor, most });
    if (terms === null || problem !== null || make.isPending) return;
    const about = { listingId: listing.id, listingVersion: listing.version, variantId: variant?.id ?? null };
    make.mutate({ ...about, ...terms, key: attempt.key });
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <p className="wrap-anywhere">{listing.title}</p>
      <VariantChoice {...listing} chosen={chosen} onChoose={setChosen} disabled={false} idPrefix="offer-option" />
      {problem === null ? null : (
        <p role="status" className="text-sm text-muted">
          {buy(problem)}
        </p>
      )}
      <OfferFields texts={texts} askedMinor={askedMinor} most={most} isChecked={isChecked} onChange={setTexts} />
      <p className="text-sm text-muted">{t('how')}</p>
      {make.isError ? <Notice tone="danger" title={refusalText(make.error)} live /> : null}
      <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
        <Button variant="secondary" onClick={onClose}>
          {common('cancel')}
        </Button>
        <Button type="submit" pending={make.isPending || make.isSuccess}>
          {t('send')}
        </Button>
      </div>
    </form>
  );
}

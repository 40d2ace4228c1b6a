'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { AddToCart } from '#components/cart/add-to-cart.tsx';
import {
  choiceProblem,
  firstChoice,
  VariantChoice,
  variantOf,
  type ChosenValues,
} from '#components/listing/variant-choice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { ListingView } from '#server/market/catalogue/catalogue-schema.ts';

/** What someone who is not signed in can do with a listing: choose, and keep it in the cart. */
export function GuestChoice({ listing }: { listing: Pick<ListingView, 'id' | 'options' | 'variants'> }) {
  const t = useTranslations('listing.buy');
  const hydrated = useHydrated();
  const [chosen, setChosen] = useState<ChosenValues>(() => firstChoice(listing.options));
  const variant = variantOf(listing.variants, chosen);
  const problem = choiceProblem(listing, { chosen, variant });
  return (
    <>
      <VariantChoice {...listing} chosen={chosen} onChoose={setChosen} disabled={!hydrated} />
      {problem === null ? null : (
        <p role="status" className="text-sm text-muted">
          {t(problem)}
        </p>
      )}
      <AddToCart listingId={listing.id} variantId={variant?.id ?? null} quantity={problem === null ? 1 : null} />
    </>
  );
}

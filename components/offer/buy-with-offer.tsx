'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { PurchaseDialog } from '#components/listing/purchase-dialog.tsx';
import { PurchaseFigures } from '#components/listing/purchase-figures.tsx';
import { namedQuantity } from '#components/offer/offer-texts.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { OfferView } from '#server/market/offers/offer-schema.ts';

interface BuyWithOfferProps {
  offer: Pick<OfferView, 'id' | 'listingId' | 'variantId' | 'unitPriceMinor' | 'quantity' | 'listing'>;
  title: string;
  availableMinor: bigint;
}

/** Buys at the price that was agreed: how many, what it comes to, and the last look before money moves. */
export function BuyWithOffer({ offer, title, availableMinor }: BuyWithOfferProps) {
  const t = useTranslations('offer.buy');
  const buy = useTranslations('listing.buy');
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const [text, setText] = useState(String(offer.quantity));
  const [isConfirming, setConfirming] = useState(false);
  const quantity = namedQuantity(text, offer.quantity);
  const totalMinor = offer.unitPriceMinor * BigInt(quantity ?? 1);
  const isShort = totalMinor > availableMinor;
  const { place, send } = usePurchase(offer, () => setConfirming(false));
  const look = useLook(offer);
  const ask = (event: SubmitEvent) => {
    event.preventDefault();
    look.check();
    if (quantity !== null && !isShort && look.isDone) setConfirming(true);
  };
  return (
    <form onSubmit={ask} noValidate className="flex flex-col gap-4">
      {offer.quantity === 1 ? null : (
        <Field
          id="offer-buy-quantity"
          label={buy('quantity')}
          error={quantity === null ? buy('quantityWrong', { max: offer.quantity }) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              disabled={!hydrated}
              figures
              inputMode="numeric"
              autoComplete="off"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      )}
      {look.field}
      <PurchaseFigures totalMinor={totalMinor} availableMinor={availableMinor} />
      {isShort ? (
        <LinkButton href="/wallet/top-up" wide>
          {buy('topUp')}
        </LinkButton>
      ) : (
        <Button type="submit" wide pending={place.isSuccess} disabled={!hydrated || quantity === null}>
          {t('button')}
        </Button>
      )}
      <p className="text-sm text-muted">{t('notReserved')}</p>
      {place.isError ? <Notice tone="danger" title={refusalText(place.error)} live /> : null}
      <PurchaseDialog
        open={isConfirming}
        onClose={() => setConfirming(false)}
        pending={place.isPending}
        onConfirm={() => send(quantity ?? 1)}
        text={buy('confirmText', { quantity: quantity ?? 1, title })}
        totalMinor={totalMinor}
        availableMinor={availableMinor}
      />
    </form>
  );
}

/** Where the listing reads otherwise since the price was agreed: what changed, and that its buyer has looked at it. */
function useLook({ listingId, listing: { changes } }: BuyWithOfferProps['offer']) {
  const t = useTranslations('offer.look');
  const hydrated = useHydrated();
  const [hasLooked, setLooked] = useState(false);
  const [isMissed, setMissed] = useState(false);
  const field = (
    <Notice title={t('title')}>
      <p>{t('text', { what: changes.map((change) => t(`changes.${change}`)).join(', ') })}</p>
      <p>
        <TextLink href={`/listings/${listingId}`}>{t('see')}</TextLink>
      </p>
      <label className="flex min-h-control items-center gap-3">
        <input
          type="checkbox"
          checked={hasLooked}
          disabled={!hydrated}
          aria-describedby={isMissed && !hasLooked ? 'offer-look-missed' : undefined}
          onChange={({ target }) => setLooked(target.checked)}
          className="size-icon shrink-0 accent-accent"
        />
        {t('label')}
      </label>
      {isMissed && !hasLooked ? (
        <p id="offer-look-missed" role="alert" className="text-sm font-medium text-danger">
          {t('missed')}
        </p>
      ) : null}
    </Notice>
  );
  const isNeeded = changes.length > 0;
  return { field: isNeeded ? field : null, isDone: !isNeeded || hasLooked, check: () => setMissed(true) };
}

function usePurchase(
  { id: offerId, listingId, variantId, listing: { version: listingVersion } }: BuyWithOfferProps['offer'],
  onEnd: () => void,
) {
  const buy = useTranslations('listing.buy');
  const toast = useToast();
  const router = useRouter();
  const trpc = useTRPC();
  const attempt = useAttempt();
  const place = useMutation(
    trpc.orders.place.mutationOptions({
      onSuccess: ({ orderId }) => {
        attempt.settle();
        onEnd();
        toast({ tone: 'success', text: buy('done') });
        router.push(`/orders/${orderId}`);
        router.refresh();
      },
      onError: (failure) => {
        attempt.settle(failure);
        onEnd();
      },
    }),
  );
  const send = (quantity: number) =>
    place.mutate({ listingId, listingVersion, variantId, quantity, offerId, key: attempt.key });
  return { place, send };
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { AddToCart } from '#components/cart/add-to-cart.tsx';
import { outcomeOf } from '#components/errors/outcome.ts';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { PurchaseDialog } from '#components/listing/purchase-dialog.tsx';
import { PurchaseFigures } from '#components/listing/purchase-figures.tsx';
import {
  choiceProblem,
  firstChoice,
  VariantChoice,
  variantOf,
  type ChosenValues,
} from '#components/listing/variant-choice.tsx';
import { Amount } from '#components/money/amount.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { quantityMax } from '#server/market/orders/order-schema.ts';
import type { ListingView } from '#server/market/catalogue/catalogue-schema.ts';

interface PurchaseFormProps {
  listing: Pick<ListingView, 'id' | 'version' | 'title' | 'priceMinor' | 'stock' | 'options' | 'variants'>;
  availableMinor: bigint;
}

/** Quantity, total, what is left afterwards; then a dialog that names the price once more. */
export function PurchaseForm({ listing, availableMinor }: PurchaseFormProps) {
  const t = useTranslations('listing.buy');
  const refusalText = useRefusalText();
  const router = useRouter();
  const toast = useToast();
  const trpc = useTRPC();
  const attempt = useAttempt();
  const hydrated = useHydrated();
  const [text, setText] = useState('1');
  const [isConfirming, setConfirming] = useState(false);
  const [chosen, setChosen] = useState<ChosenValues>(() => firstChoice(listing.options));
  const variant = variantOf(listing.variants, chosen);
  const problem = choiceProblem(listing, { chosen, variant });
  const { priceMinor, stock } = variant ?? listing;
  const most = Math.max(1, Math.min(stock ?? quantityMax, quantityMax));
  const quantity = quantityOf(text, most);
  const totalMinor = priceMinor * BigInt(quantity ?? 1);
  const missingMinor = totalMinor - availableMinor;
  const place = useMutation(
    trpc.orders.place.mutationOptions({
      onSuccess: ({ orderId }) => {
        attempt.settle();
        setConfirming(false);
        toast({ tone: 'success', text: t('done') });
        router.push(`/orders/${orderId}`);
        router.refresh();
      },
      onError: (error) => {
        attempt.settle(error);
        setConfirming(false);
      },
    }),
  );
  const refusal = place.isError ? refusalText(place.error) : undefined;
  const isOutdated = place.isError && outcomeOf(place.error).isDefinitive;
  const ask = (event: SubmitEvent) => {
    event.preventDefault();
    if (quantity !== null && problem === null && missingMinor <= 0n) setConfirming(true);
  };
  return (
    <form onSubmit={ask} noValidate className="flex flex-col gap-4">
      <VariantChoice {...listing} chosen={chosen} onChoose={setChosen} disabled={!hydrated} />
      {problem === null ? null : (
        <p role="status" className="text-sm text-muted">
          {t(problem)}
        </p>
      )}
      {most > 1 ? (
        <Field
          id="quantity"
          label={t('quantity')}
          error={quantity === null ? t('quantityWrong', { max: most }) : undefined}
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
      ) : null}
      <PurchaseFigures totalMinor={totalMinor} availableMinor={availableMinor} />
      {missingMinor > 0n ? (
        <TopUpInstead missingMinor={missingMinor} />
      ) : (
        <Button
          type="submit"
          wide
          pending={place.isSuccess}
          disabled={!hydrated || quantity === null || problem !== null}
        >
          {t('button')}
        </Button>
      )}
      <AddToCart listingId={listing.id} variantId={variant?.id ?? null} quantity={problem === null ? quantity : null} />
      <p className="text-sm text-muted">{t('escrow')}</p>
      {refusal === undefined ? null : (
        <Notice tone="danger" title={refusal} live>
          {isOutdated ? (
            <div>
              <Button
                variant="secondary"
                size="small"
                onClick={() => {
                  place.reset();
                  router.refresh();
                }}
              >
                {t('changed')}
              </Button>
            </div>
          ) : null}
        </Notice>
      )}
      <PurchaseDialog
        open={isConfirming}
        onClose={() => setConfirming(false)}
        pending={place.isPending}
        onConfirm={() =>
          place.mutate({
            listingId: listing.id,
            listingVersion: listing.version,
            variantId: variant?.id ?? null,
            quantity: quantity ?? 1,
            key: attempt.key,
          })
        }
        text={t('confirmText', { quantity: quantity ?? 1, title: titleOf(listing, variant) })}
        totalMinor={totalMinor}
        availableMinor={availableMinor}
      />
    </form>
  );
}

function titleOf({ title }: { title: string }, variant: { values: readonly string[] } | undefined): string {
  return variant === undefined ? title : `${title} (${variant.values.join(', ')})`;
}

/** What is missing, and the way to it. */
function TopUpInstead({ missingMinor }: { missingMinor: bigint }) {
  const t = useTranslations('listing.buy');
  return (
    <>
      <Notice title={t('notEnoughTitle')}>
        <p>{t.rich('notEnoughText', { amount: () => <Amount asset="DUCAT" minor={missingMinor} /> })}</p>
      </Notice>
      <LinkButton href="/wallet/top-up" wide>
        {t('topUp')}
      </LinkButton>
    </>
  );
}

function quantityOf(text: string, most: number): number | null {
  if (!/^\d{1,3}$/.test(text.trim())) return null;
  const quantity = Number.parseInt(text, 10);
  return quantity >= 1 && quantity <= most ? quantity : null;
}

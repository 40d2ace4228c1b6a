'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { AddToCart } from '#components/cart/add-to-cart.tsx';
import { outcomeOf } from '#components/errors/outcome.ts';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useGift } from '#components/gift/use-gift.tsx';
import { CouponField } from '#components/listing/coupon-field.tsx';
import { PurchaseDialog } from '#components/listing/purchase-dialog.tsx';
import { PurchaseFigures } from '#components/listing/purchase-figures.tsx';
import { usePurchase } from '#components/listing/use-purchase.ts';
import {
  choiceProblem,
  firstChoice,
  VariantChoice,
  variantOf,
  type ChosenValues,
} from '#components/listing/variant-choice.tsx';
import { Amount } from '#components/money/amount.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { FoundCoupon } from '#server/market/discounts/discount-schema.ts';
import { priceOrder } from '#server/market/discounts/price-schema.ts';
import { quantityMax } from '#server/market/orders/quantity-schema.ts';
import type { ListingView } from '#server/market/catalogue/catalogue-schema.ts';

type BoughtListing = Pick<
  ListingView,
  'id' | 'version' | 'title' | 'priceMinor' | 'stock' | 'options' | 'variants' | 'quantitySteps' | 'sale'
>;

interface PurchaseFormProps {
  listing: BoughtListing;
  availableMinor: bigint;
}

/** Quantity, total, what is left afterwards; then a dialog that names the price once more. */
export function PurchaseForm({ listing, availableMinor }: PurchaseFormProps) {
  const t = useTranslations('listing.buy');
  const hydrated = useHydrated();
  const [text, setText] = useState('1');
  const [isConfirming, setConfirming] = useState(false);
  const [chosen, setChosen] = useState<ChosenValues>(() => firstChoice(listing.options));
  const [coupon, setCoupon] = useState<FoundCoupon | null>(null);
  const { gift, fields, check } = useGift();
  const { place, buy } = usePurchase(() => setConfirming(false));
  const variant = variantOf(listing.variants, chosen);
  const problem = choiceProblem(listing, { chosen, variant });
  const { priceMinor, stock } = variant ?? listing;
  const most = Math.max(1, Math.min(stock ?? quantityMax, quantityMax));
  // Of the last one there is no field: what was typed for another choice does not count.
  const quantity = most > 1 ? quantityOf(text, most) : 1;
  const { totalMinor, offMinor, isEnough } = totalOf({ listing, priceMinor, quantity: quantity ?? 1, coupon });
  const missingMinor = totalMinor - availableMinor;
  const ask = (event: SubmitEvent) => {
    event.preventDefault();
    check();
    if (quantity !== null && problem === null && gift !== undefined && missingMinor <= 0n) setConfirming(true);
  };
  return (
    <form onSubmit={ask} noValidate className="flex flex-col gap-4">
      <VariantChoice {...listing} chosen={chosen} onChoose={setChosen} disabled={!hydrated} />
      {problem === null ? null : (
        <p role="status" className="text-sm text-muted">
          {t(problem)}
        </p>
      )}
      {most > 1 ? <QuantityField text={text} most={most} onChange={setText} /> : null}
      <CouponField {...{ coupon, offMinor, isEnough }} listingId={listing.id} onChange={setCoupon} />
      {fields}
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
      <PurchaseProblem place={place} />
      <PurchaseDialog
        open={isConfirming}
        onClose={() => setConfirming(false)}
        pending={place.isPending}
        onConfirm={() =>
          buy({
            listingId: listing.id,
            listingVersion: listing.version,
            variantId: variant?.id ?? null,
            quantity: quantity ?? 1,
            ...(offMinor > 0n && coupon !== null ? { couponCode: coupon.code } : {}),
            gift: gift ?? null,
            totalMinor,
          })
        }
        text={t('confirmText', { quantity: quantity ?? 1, title: titleOf(listing, variant) })}
        giftFor={gift?.username}
        totalMinor={totalMinor}
        availableMinor={availableMinor}
      />
    </form>
  );
}

function QuantityField({ text, most, onChange }: { text: string; most: number; onChange: (text: string) => void }) {
  const t = useTranslations('listing.buy');
  const hydrated = useHydrated();
  return (
    <Field
      id="quantity"
      label={t('quantity')}
      error={quantityOf(text, most) === null ? t('quantityWrong', { max: most }) : undefined}
    >
      {(control) => (
        <Input
          {...control}
          disabled={!hydrated}
          figures
          inputMode="numeric"
          autoComplete="off"
          value={text}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** The very price that the purchase will name; a coupon counts where what is chosen comes to its minimum. */
function totalOf(wanted: { listing: BoughtListing; priceMinor: bigint; quantity: number; coupon: FoundCoupon | null }) {
  const { listing, priceMinor: listUnitPriceMinor, quantity, coupon } = wanted;
  const line = { key: '', listUnitPriceMinor, quantity, steps: listing.quantitySteps, sale: listing.sale };
  const { subtotalMinor } = priceOrder([line], null);
  const isEnough = coupon !== null && subtotalMinor >= coupon.minimumMinor;
  const { totalMinor, couponMinor: offMinor } = priceOrder([line], isEnough ? coupon : null);
  return { totalMinor, offMinor, isEnough };
}

/** Why it was not bought; after a refusal the page may show something that is no longer true. */
function PurchaseProblem({ place }: { place: ReturnType<typeof usePurchase>['place'] }) {
  const t = useTranslations('listing.buy');
  const router = useRouter();
  const refusalText = useRefusalText();
  if (!place.isError) return null;
  return (
    <Notice tone="danger" title={refusalText(place.error)} live>
      {outcomeOf(place.error).isDefinitive ? (
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

'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { CouponEntry } from '#components/listing/coupon-entry.tsx';
import { Amount } from '#components/money/amount.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import type { FoundCoupon } from '#server/market/discounts/discount-schema.ts';

interface CouponFieldProps {
  listingId: string;
  coupon: FoundCoupon | null;
  onChange: (coupon: FoundCoupon | null) => void;
  /** What it takes off what is chosen now. */
  offMinor: bigint;
  /** Whether what is chosen comes to its minimum. */
  isEnough: boolean;
}

/** A code, and what it takes off. It is used with the purchase and not before. */
export function CouponField(props: CouponFieldProps) {
  const { coupon, onChange, offMinor, isEnough } = props;
  const t = useTranslations('listing.coupon');
  if (coupon === null) return <CouponSearch {...props} />;
  const { code, minimumMinor } = coupon;
  return (
    <div className="flex flex-wrap items-center justify-between gap-2">
      <p role="status" className={isEnough && offMinor > 0n ? 'text-sm text-success' : 'text-sm text-danger'}>
        {!isEnough
          ? t.rich('minimum', { code, amount: () => <Amount asset="DUCAT" minor={minimumMinor} isTrimmed /> })
          : offMinor > 0n
            ? t.rich('used', { code, amount: () => <Amount asset="DUCAT" minor={offMinor} isTrimmed /> })
            : t('none', { code })}
      </p>
      <Button variant="secondary" size="small" onClick={() => onChange(null)}>
        {t('remove')}
      </Button>
    </div>
  );
}

function CouponSearch({ listingId, onChange }: Pick<CouponFieldProps, 'listingId' | 'onChange'>) {
  const t = useTranslations('listing.coupon');
  const refusalText = useRefusalText();
  const find = useMutation(useTRPC().discounts.findCoupon.mutationOptions({ onSuccess: onChange }));
  return (
    <CouponEntry
      id="coupon"
      label={t('label')}
      button={t('button')}
      isBusy={find.isPending}
      refusal={find.isError ? refusalText(find.error) : undefined}
      onCode={(code) => find.mutate({ listingId, code })}
    />
  );
}

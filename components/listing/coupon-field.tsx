'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { Amount } from '#components/money/amount.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { couponCodeLength, couponCodeOf } from '#server/market/discounts/coupon-code-schema.ts';
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
  if (coupon === null) return <CouponEntry {...props} />;
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

/** Enter in the field looks the code up; it does not buy. */
function CouponEntry({ listingId, onChange }: Pick<CouponFieldProps, 'listingId' | 'onChange'>) {
  const t = useTranslations('listing.coupon');
  const refusalText = useRefusalText();
  const problems = useTranslations('discounts.problem');
  const hydrated = useHydrated();
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const find = useMutation(useTRPC().discounts.findCoupon.mutationOptions({ onSuccess: onChange }));
  const look = () => {
    const code = couponCodeOf(text);
    setWrong(code === null);
    if (code !== null && !find.isPending) find.mutate({ listingId, code });
  };
  const error = isWrong ? problems('code', couponCodeLength) : find.isError ? refusalText(find.error) : undefined;
  return (
    <Field id="coupon" label={t('label')} error={error}>
      {(control) => (
        <div className="flex gap-2">
          <Input
            {...control}
            disabled={!hydrated}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={couponCodeLength.max}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              look();
            }}
          />
          <span className="shrink-0 whitespace-nowrap">
            <Button
              variant="secondary"
              disabled={!hydrated || text.trim() === ''}
              pending={find.isPending}
              onClick={look}
            >
              {t('button')}
            </Button>
          </span>
        </div>
      )}
    </Field>
  );
}

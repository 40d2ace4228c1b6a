'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useCartChange } from '#components/cart/use-cart-change.ts';
import { Amount } from '#components/money/amount.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { CartCoupon, CartGroup } from '#server/market/cart/cart-schema.ts';
import { couponCodeLength, couponCodeOf } from '#server/market/discounts/coupon-code-schema.ts';

type Group = Pick<CartGroup, 'seller' | 'subtotalMinor' | 'coupon'>;

/** The coupon for what comes from one seller: a field for its code, or what it takes off. */
export function GroupCoupon({ group }: { group: Group }) {
  const { seller, subtotalMinor, coupon } = group;
  if (coupon === null) return <CouponEntry seller={seller} />;
  return <UsedCoupon sellerId={seller.citizenId} subtotalMinor={subtotalMinor} coupon={coupon} />;
}

function CouponEntry({ seller }: Pick<Group, 'seller'>) {
  const t = useTranslations('cart.coupon');
  const problems = useTranslations('discounts.problem');
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { applyCoupon, isBusy } = useCartChange();
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const error = isWrong
    ? problems('code', couponCodeLength)
    : applyCoupon.isError
      ? refusalText(applyCoupon.error)
      : undefined;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const code = couponCodeOf(text);
        setWrong(code === null);
        if (code !== null && !isBusy) applyCoupon.mutate({ sellerId: seller.citizenId, code });
      }}
    >
      <Field id={`coupon-${seller.citizenId}`} label={t('label', { seller: seller.displayName })} error={error}>
        {(control) => (
          <div className="flex max-w-form gap-2">
            <Input
              {...control}
              disabled={!hydrated}
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              maxLength={couponCodeLength.max}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <span className="shrink-0 whitespace-nowrap">
              <Button type="submit" variant="secondary" disabled={!hydrated || text.trim() === ''} pending={isBusy}>
                {t('button')}
              </Button>
            </span>
          </div>
        )}
      </Field>
    </form>
  );
}

interface UsedCouponProps {
  sellerId: string;
  subtotalMinor: bigint;
  coupon: CartCoupon;
}

function UsedCoupon({ sellerId, subtotalMinor, coupon }: UsedCouponProps) {
  const t = useTranslations('cart.coupon');
  const hydrated = useHydrated();
  const { removeCoupon, isBusy } = useCartChange();
  const { code, offMinor, minimumMinor, problem } = coupon;
  const row = 'flex items-baseline justify-between gap-4 py-1';
  return (
    <div className="flex flex-col gap-3">
      {problem === null ? (
        <dl>
          <div className={row}>
            <dt className="text-muted">{t('subtotal')}</dt>
            <dd>
              <Amount asset="DUCAT" minor={subtotalMinor} />
            </dd>
          </div>
          <div className={row}>
            <dt>{t('used', { code })}</dt>
            <dd className="text-success">
              <Amount asset="DUCAT" minor={0n - offMinor} />
            </dd>
          </div>
        </dl>
      ) : (
        <p className="rounded-md bg-danger-soft p-3 text-sm font-medium text-danger">
          {t.rich(`problem.${problem}`, {
            code,
            amount: () => <Amount asset="DUCAT" minor={minimumMinor} isTrimmed />,
          })}
        </p>
      )}
      <div>
        <Button
          variant="secondary"
          size="small"
          disabled={!hydrated}
          pending={isBusy}
          onClick={() => removeCoupon.mutate({ sellerId })}
        >
          {t('remove', { code })}
        </Button>
      </div>
    </div>
  );
}

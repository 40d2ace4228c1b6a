'use client';

import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useCartChange } from '#components/cart/use-cart-change.ts';
import { CouponEntry } from '#components/listing/coupon-entry.tsx';
import { Amount } from '#components/money/amount.tsx';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { CartCoupon, CartGroup } from '#server/market/cart/cart-schema.ts';

type Group = Pick<CartGroup, 'seller' | 'subtotalMinor' | 'coupon'>;

/** The coupon for what comes from one seller: a field for its code, or what it takes off. */
export function GroupCoupon({ group }: { group: Group }) {
  const { seller, subtotalMinor, coupon } = group;
  if (coupon === null) return <CouponOf seller={seller} />;
  return <UsedCoupon sellerId={seller.citizenId} subtotalMinor={subtotalMinor} coupon={coupon} />;
}

function CouponOf({ seller }: Pick<Group, 'seller'>) {
  const t = useTranslations('cart.coupon');
  const refusalText = useRefusalText();
  const { applyCoupon, isBusy } = useCartChange();
  return (
    <CouponEntry
      id={`coupon-${seller.citizenId}`}
      label={t('label', { seller: seller.displayName })}
      button={t('button')}
      isBusy={isBusy}
      refusal={applyCoupon.isError ? refusalText(applyCoupon.error) : undefined}
      onCode={(code) => applyCoupon.mutate({ sellerId: seller.citizenId, code })}
    />
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

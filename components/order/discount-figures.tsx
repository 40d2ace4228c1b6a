import { useTranslations } from 'next-intl';

import { usePercent } from '#components/listing/sale-note.tsx';
import { Amount } from '#components/money/amount.tsx';
import type { Figure } from '#components/ui/figures.tsx';
import type { OrderLineView } from '#server/market/orders/order-schema.ts';

/** What made an order cheaper than its list prices, and who bears it: each reason once, and the coupon last. */
export function useDiscountFigures(lines: readonly OrderLineView[]): Figure[] {
  const t = useTranslations('order.figures');
  const percentOf = usePercent();
  const amount = (minor: bigint) => <Amount asset="DUCAT" minor={0n - minor} />;
  const reasons = new Map<string, { label: string; minor: bigint }>();
  const add = (key: string, label: string, minor: bigint) => {
    reasons.set(key, { label, minor: minor + (reasons.get(key)?.minor ?? 0n) });
  };
  for (const { discount } of lines)
    if (discount !== null) {
      const percent = percentOf(discount.percentBps);
      add(`${discount.kind} ${percent}`, t(`discount.${discount.kind}`, { percent }), discount.minor);
    }
  for (const { coupon } of lines) if (coupon !== null) add('coupon', t('coupon', { code: coupon.code }), coupon.minor);
  return [...reasons].map(([key, { label, minor }]) => ({ key, label, value: amount(minor) }));
}

import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { Figure } from '#components/ui/figures.tsx';
import type { WaterfallView } from '#server/payments/disputes/dispute-queries.ts';

/** Who paid for a dispute, step by step, down to what nobody did. */
export function Waterfall({ waterfall }: { waterfall: WaterfallView }) {
  const t = useTranslations('disputes.detail');
  const { orderMinor, chargeMinor, otherMinor, earnedMinor, bonusTakenMinor, lossMinor } = waterfall;
  const ducats = (key: string, label: string, minor: bigint): Figure => ({
    key,
    label,
    value: <Amount asset="DUCAT" minor={minor} unit="mark" />,
  });
  const dollars = (key: string, label: string, minor: bigint): Figure => ({
    key,
    label,
    value: <Amount asset="USD" minor={minor} />,
  });
  return (
    <section aria-labelledby="waterfall" className="flex flex-col gap-4">
      <h2 id="waterfall" className="font-display text-display-sm font-semibold">
        {t('waterfall')}
      </h2>
      <p className="max-w-prose text-muted">{t('waterfallText')}</p>
      <Figures
        figures={[
          dollars('price', t('price'), waterfall.priceMinor),
          ducats('orders', t('orders'), orderMinor),
          ducats('charge', t('charge'), chargeMinor),
          ducats('other', t('other'), otherMinor),
          ducats('earned', t('earned'), earnedMinor),
          dollars('loss', t('loss'), lossMinor),
          ducats('bonus', t('bonus'), bonusTakenMinor),
          dollars('fee', t('fee'), waterfall.feeMinor),
          dollars('tax', t('tax'), waterfall.taxMinor),
          dollars('disputeFee', t('disputeFee'), waterfall.disputeFeeMinor),
        ]}
      />
    </section>
  );
}

import { useLocale, useTranslations } from 'next-intl';

import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { TrustLimits } from '#server/citizens/trust-rules.ts';
import { formatAmount } from '#server/money/money.ts';

interface LevelLimitsProps {
  limits: TrustLimits;
  /** What of the limits on buying is used now, in cents; left out where only the limits are shown. */
  used?: { dayMinor: bigint; monthMinor: bigint };
}

/** What a level allows, line by line. */
export function LevelLimits({ limits, used }: LevelLimitsProps) {
  const t = useTranslations('trust.allows');
  const locale = useLocale();
  const dollars = (minor: bigint) => formatAmount(minor, 'USD', { locale, trimWhole: true });
  const most = (minor: bigint, usedMinor: bigint | undefined) =>
    usedMinor === undefined ? dollars(minor) : t('ofMost', { used: dollars(usedMinor), most: dollars(minor) });
  const cashOut = (minor: bigint) => (minor === 0n ? t('none') : dollars(minor));
  return (
    <Card as="section" labelledBy="trust-allows">
      <h2 id="trust-allows" className="pb-2 text-lg font-semibold">
        {t('title')}
      </h2>
      <Figures
        figures={[
          { key: 'day', label: t('topUpDay'), value: most(limits.topUpDayUsdMinor, used?.dayMinor) },
          { key: 'month', label: t('topUpMonth'), value: most(limits.topUpMonthUsdMinor, used?.monthMinor) },
          { key: 'cash-day', label: t('cashOutDay'), value: cashOut(limits.cashOutDayUsdMinor) },
          { key: 'cash-month', label: t('cashOutMonth'), value: cashOut(limits.cashOutMonthUsdMinor) },
          { key: 'bought', label: t('holdBought'), value: t('days', { days: limits.holdBoughtDays }) },
          { key: 'earned', label: t('holdEarned'), value: t('days', { days: limits.holdEarnedDays }) },
          { key: 'listings', label: t('listings'), value: limits.listingsMax ?? t('unlimited') },
        ]}
      />
      <p className="pt-3 text-sm text-muted">{t('note')}</p>
    </Card>
  );
}

import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Figures } from '#components/ui/figures.tsx';

/** Total, wallet before, wallet after. */
export function PurchaseFigures({ totalMinor, availableMinor }: { totalMinor: bigint; availableMinor: bigint }) {
  const t = useTranslations('listing.buy');
  const afterMinor = availableMinor - totalMinor;
  return (
    <Figures
      figures={[
        { key: 'now', label: t('balanceNow'), value: <Amount asset="DUCAT" minor={availableMinor} unit="none" /> },
        { key: 'total', label: t('total'), value: <Amount asset="DUCAT" minor={-totalMinor} unit="none" /> },
        afterMinor < 0n
          ? {
              key: 'missing',
              label: t('missing'),
              value: <Amount asset="DUCAT" minor={-afterMinor} />,
              isTotal: true,
              tone: 'danger',
            }
          : {
              key: 'after',
              label: t('balanceAfter'),
              value: <Amount asset="DUCAT" minor={afterMinor} />,
              isTotal: true,
            },
      ]}
    />
  );
}

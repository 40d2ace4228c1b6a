import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { TopUpQuote } from '#server/payments/schema.ts';

interface PaidFiguresProps {
  quote: TopUpQuote;
  feeLabel: string;
  totalLabel: string;
}

/** The dollars of a top-up: price, fee and what they come to. */
export function PaidFigures({ quote, feeLabel, totalLabel }: PaidFiguresProps) {
  const t = useTranslations('top-up.quote');
  const line = (key: string, label: string, minor: bigint) => ({
    key,
    label,
    value: <Amount asset="USD" minor={minor} />,
  });
  return (
    <Figures
      figures={[
        line('price', t('price'), quote.priceMinor),
        line('fee', feeLabel, quote.feeMinor),
        ...(quote.taxMinor === 0n ? [] : [line('tax', t('tax'), quote.taxMinor)]),
        { ...line('total', totalLabel, quote.totalMinor), isTotal: true },
      ]}
    />
  );
}

/** The ducats of a top-up: bought, granted and both together. */
export function DucatFigures({ quote, sumLabel }: { quote: TopUpQuote; sumLabel: string }) {
  const t = useTranslations('top-up.quote');
  const line = (key: string, label: string, minor: bigint) => ({
    key,
    label,
    value: <Amount asset="DUCAT" minor={minor} unit="none" />,
  });
  const sumMinor = quote.baseMinor + quote.bonusMinor;
  return (
    <Figures
      figures={[
        line('base', t('base'), quote.baseMinor),
        ...(quote.bonusMinor === 0n ? [] : [line('bonus', t('bonus'), quote.bonusMinor)]),
        { key: 'sum', label: sumLabel, value: <Amount asset="DUCAT" minor={sumMinor} />, isTotal: true },
      ]}
    />
  );
}

import { useFormatter, useLocale, useTranslations } from 'next-intl';

import { DucatFigures, PaidFigures } from '#components/top-up/quote-figures.tsx';
import { formatAmount } from '#server/money/money.ts';
import type { TopUpQuote } from '#server/payments/schema.ts';

interface OrderSummaryProps {
  /** Null while there is nothing to quote. */
  quote: TopUpQuote | null;
  isWaiting: boolean;
  feeBasisPoints: number;
}

/** What is paid and what is received, before anything is paid. */
export function OrderSummary({ quote, isWaiting, feeBasisPoints }: OrderSummaryProps) {
  const t = useTranslations('top-up.quote');
  const format = useFormatter();
  const locale = useLocale();
  const spoken =
    quote === null
      ? t(isWaiting ? 'waiting' : 'none')
      : t('spoken', {
          total: formatAmount(quote.totalMinor, 'USD', { locale }),
          ducats: formatAmount(quote.baseMinor + quote.bonusMinor, 'DUCAT', { locale, trimWhole: true }),
        });
  const percent = format.number(feeBasisPoints / 10_000, { style: 'percent', maximumFractionDigits: 2 });
  return (
    <div className="flex flex-col gap-6">
      <p role="status" className={quote === null ? 'text-muted' : 'sr-only'}>
        {spoken}
      </p>
      {quote === null ? null : (
        <>
          <DucatFigures quote={quote} sumLabel={t('received')} />
          <PaidFigures quote={quote} feeLabel={t('fee', { percent })} totalLabel={t('total')} />
        </>
      )}
    </div>
  );
}

import { useFormatter, useTranslations } from 'next-intl';

import type { RunningSale } from '#server/market/discounts/price-schema.ts';

const bpsPerWhole = 10_000;

/** A number of basis points as people read it. */
export function usePercent(): (bps: number) => string {
  const format = useFormatter();
  return (bps) => format.number(bps / bpsPerWhole, { style: 'percent', maximumFractionDigits: 2 });
}

/** How much a sale takes off; with its end where there is room for it. */
export function SaleNote({ sale, isVerbose = false }: { sale: RunningSale | null; isVerbose?: boolean }) {
  const t = useTranslations('listing.sale');
  const format = useFormatter();
  const percentOf = usePercent();
  if (sale === null) return null;
  const percent = percentOf(sale.percentBps);
  const until = format.dateTime(sale.endsAt, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <span className="text-sm font-medium text-success">
      {isVerbose ? t('until', { percent, until }) : t('off', { percent })}
    </span>
  );
}

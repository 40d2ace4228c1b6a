import { useFormatter, useLocale, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { ReviewDecision } from '#components/refund/review-decision.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { formatAmount } from '#server/money/money.ts';
import type { ReviewView } from '#server/payments/refunds/refund-offers.ts';

/** Payments that wait for an operator's look. */
export function ReviewTable({ reviews }: { reviews: readonly (ReviewView & { citizenName: string })[] }) {
  const t = useTranslations('refund.reviews');
  const locale = useLocale();
  const format = useFormatter();
  if (reviews.length === 0)
    return (
      <EmptyState title={t('none')} isCompact>
        {t('noneText')}
      </EmptyState>
    );
  const columns: Column<(typeof reviews)[number]>[] = [
    { key: 'who', header: t('who'), isTitle: true, cell: (row) => row.citizenName },
    { key: 'total', header: t('total'), align: 'end', cell: (row) => <Amount asset="USD" minor={row.totalMinor} /> },
    {
      key: 'when',
      header: t('when'),
      cell: (row) => (
        <time dateTime={row.createdAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(row.createdAt, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      ),
    },
    {
      key: 'decide',
      header: t('decide'),
      align: 'end',
      cell: (row) => (
        <ReviewDecision
          topUpId={row.topUpId}
          name={row.citizenName}
          total={formatAmount(row.totalMinor, 'USD', { locale })}
        />
      ),
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={reviews} rowKey={(row) => row.topUpId} />;
}

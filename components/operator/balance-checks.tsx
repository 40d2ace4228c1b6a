import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { BalanceCheckView } from '#server/payments/reconciliation/reconciliation-queries.ts';

/** Stripe's balance beside ours, comparison by comparison. */
export function BalanceChecks({ checks }: { checks: readonly BalanceCheckView[] }) {
  const t = useTranslations('reconciliation.checks');
  const format = useFormatter();
  const columns: Column<BalanceCheckView>[] = [
    {
      key: 'when',
      header: t('when'),
      isTitle: true,
      cell: (row) => (
        <time dateTime={row.checkedAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(row.checkedAt, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      ),
    },
    { key: 'stripe', header: t('stripe'), align: 'end', cell: (row) => <Amount asset="USD" minor={row.stripeMinor} /> },
    { key: 'books', header: t('books'), align: 'end', cell: (row) => <Amount asset="USD" minor={row.booksMinor} /> },
    {
      key: 'explained',
      header: t('explained'),
      align: 'end',
      cell: (row) => <Amount asset="USD" minor={row.missingHereMinor - row.missingThereMinor} />,
    },
    {
      key: 'unexplained',
      header: t('unexplained'),
      align: 'end',
      cell: (row) => <Unexplained minor={row.unexplainedMinor} />,
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={checks} rowKey={(row) => row.checkedAt.toISOString()} />;
}

function Unexplained({ minor }: { minor: bigint }) {
  return (
    <span className={minor === 0n ? '' : 'font-semibold text-danger'}>
      <Amount asset="USD" minor={minor} />
    </span>
  );
}

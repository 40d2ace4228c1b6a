import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { RefundStateBadge } from '#components/refund/refund-state.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { OperatorRefundView } from '#server/payments/refunds/refund-schema.ts';

/** Refunds as operators see them; the buyer's name leads to the payment. */
export function RefundTable({ refunds }: { refunds: readonly (OperatorRefundView & { citizenName: string })[] }) {
  const t = useTranslations('refund');
  const format = useFormatter();
  const columns: Column<(typeof refunds)[number]>[] = [
    {
      key: 'who',
      header: t('list.who'),
      isTitle: true,
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <TextLink href={`/operator/refunds?topUp=${row.topUpId}`} prefetch={false}>
            {row.citizenName}
          </TextLink>
          {row.note === null ? null : <span className="text-sm break-words text-muted">{row.note}</span>}
        </span>
      ),
    },
    {
      key: 'total',
      header: t('list.total'),
      align: 'end',
      cell: (row) => <Amount asset="USD" minor={row.totalMinor} />,
    },
    {
      key: 'ducats',
      header: t('list.ducats'),
      align: 'end',
      cell: (row) => <Amount asset="DUCAT" minor={row.baseMinor + row.bonusMinor} unit="none" />,
    },
    {
      key: 'debt',
      header: t('list.debt'),
      align: 'end',
      cell: (row) => (row.debtMinor === 0n ? '–' : <Amount asset="USD" minor={row.debtMinor} />),
    },
    { key: 'origin', header: t('list.origin'), cell: (row) => t(`origins.${row.origin}`) },
    {
      key: 'when',
      header: t('list.when'),
      cell: (row) => (
        <time dateTime={row.createdAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(row.createdAt, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      ),
    },
    {
      key: 'state',
      header: t('list.state'),
      cell: (row) => (
        <span className="flex flex-col items-end gap-1 md:items-start">
          <RefundStateBadge state={row.state} />
          {row.failureCode === null ? null : <span className="text-xs break-all text-muted">{row.failureCode}</span>}
        </span>
      ),
    },
  ];
  return <Table caption={t('list.caption')} columns={columns} rows={refunds} rowKey={(row) => row.id} />;
}

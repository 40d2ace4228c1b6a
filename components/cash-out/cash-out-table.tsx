import { useFormatter, useTranslations } from 'next-intl';

import { CashOutBadge } from '#components/cash-out/cash-out-badge.tsx';
import { Amount } from '#components/money/amount.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { knownWord } from '#components/ui/known-word.ts';
import { Table, type Column } from '#components/ui/table.tsx';
import type { CashOutView } from '#server/payments/cash-outs/cash-out-schema.ts';

/** A citizen's cash-outs with their states, and why one did not arrive. */
export function CashOutTable({ cashOuts }: { cashOuts: readonly CashOutView[] }) {
  const t = useTranslations('cash-out.list');
  const format = useFormatter();
  if (cashOuts.length === 0) return <EmptyState title={t('none')}>{t('noneText')}</EmptyState>;
  const columns: Column<CashOutView>[] = [
    {
      key: 'date',
      header: t('date'),
      isTitle: true,
      cell: ({ requestedAt }) => format.dateTime(requestedAt, { dateStyle: 'medium', timeStyle: 'short' }),
    },
    {
      key: 'ducats',
      header: t('ducats'),
      align: 'end',
      cell: ({ ducatsMinor }) => <Amount asset="DUCAT" minor={ducatsMinor} />,
    },
    { key: 'net', header: t('net'), align: 'end', cell: ({ netMinor }) => <Amount asset="USD" minor={netMinor} /> },
    { key: 'state', header: t('state'), cell: (row) => <State row={row} /> },
  ];
  return <Table caption={t('caption')} columns={columns} rows={cashOuts} rowKey={({ id }) => id} />;
}

function State({ row }: { row: CashOutView }) {
  const t = useTranslations('cash-out.list');
  const failures = useTranslations('cash-out.failure');
  return (
    <span className="flex flex-col items-end gap-1 md:items-start">
      <CashOutBadge state={row.state} />
      {row.reason === null ? null : <span className="text-sm text-muted wrap-anywhere">{row.reason}</span>}
      {row.failureCode === null || row.reason !== null ? null : (
        <span className="text-sm text-muted wrap-anywhere">
          {t('code', { reason: knownWord(failures, row.failureCode) })}
        </span>
      )}
    </span>
  );
}

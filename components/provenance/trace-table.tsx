import { useFormatter, useTranslations } from 'next-intl';

import { AccountName, type NamedAccount } from '#components/provenance/account-name.tsx';
import { DeskSource } from '#components/provenance/desk-source.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { TraceStep } from '#server/provenance/trace.ts';

type Row = Omit<TraceStep, 'from' | 'to'> & { from: NamedAccount; to: NamedAccount };

/** Every hand that a unit went through, the first one first. */
export function TraceTable({ steps }: { steps: readonly Row[] }) {
  const t = useTranslations('provenance.desk.trace');
  const kinds = useTranslations('wallet.kinds');
  const colours = useTranslations('provenance.kinds');
  const format = useFormatter();
  const columns: Column<Row>[] = [
    { key: 'what', header: t('what'), isTitle: true, cell: ({ transferKind }) => kinds(transferKind) },
    {
      key: 'when',
      header: t('when'),
      cell: ({ bookedAt }) => (
        <time dateTime={bookedAt.toISOString()}>
          {format.dateTime(bookedAt, { dateStyle: 'medium', timeStyle: 'medium' })}
        </time>
      ),
    },
    { key: 'from', header: t('from'), cell: ({ from }) => <AccountName account={from} /> },
    { key: 'to', header: t('to'), cell: ({ to }) => <AccountName account={to} /> },
    {
      key: 'became',
      header: t('became'),
      cell: ({ kind, source }) => (
        <span className="flex flex-wrap justify-end gap-x-2 md:justify-start">
          {colours(kind)} <DeskSource source={source} />
        </span>
      ),
    },
    {
      key: 'reference',
      header: t('reference'),
      cell: ({ reference }) => <span className="text-sm wrap-anywhere text-muted">{reference ?? '–'}</span>,
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={steps} rowKey={({ transferId }) => transferId} />;
}

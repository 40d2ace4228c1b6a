import { useFormatter, useTranslations } from 'next-intl';

import { DisputeStateBadge } from '#components/dispute/dispute-state.tsx';
import { Amount } from '#components/money/amount.tsx';
import { knownWord } from '#components/ui/known-word.ts';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { DisputeSummary } from '#server/payments/disputes/dispute-queries.ts';

/** States that say all there is to say. */
const ended: readonly DisputeSummary['state'][] = ['won', 'lost', 'closed'];

/** Disputes, the latest first; each opens with its waterfall and evidence. */
export function DisputeTable({ disputes }: { disputes: readonly DisputeSummary[] }) {
  const t = useTranslations('disputes');
  const statuses = useTranslations('disputes.statuses');
  const format = useFormatter();
  const columns: Column<DisputeSummary>[] = [
    {
      key: 'buyer',
      header: t('buyer'),
      isTitle: true,
      cell: (row) => (
        <TextLink href={`/operator/disputes/${row.id}`} prefetch={false}>
          <span className="break-words">{row.buyerName}</span>
        </TextLink>
      ),
    },
    { key: 'amount', header: t('amount'), align: 'end', cell: (row) => <Amount asset="USD" minor={row.amountMinor} /> },
    {
      key: 'opened',
      header: t('opened'),
      cell: (row) => (
        <time dateTime={row.openedAt.toISOString()}>{format.dateTime(row.openedAt, { dateStyle: 'medium' })}</time>
      ),
    },
    {
      key: 'due',
      header: t('due'),
      cell: (row) =>
        row.evidenceDueAt === null ? (
          '–'
        ) : (
          <time dateTime={row.evidenceDueAt.toISOString()}>
            {format.dateTime(row.evidenceDueAt, { dateStyle: 'medium' })}
          </time>
        ),
    },
    {
      key: 'state',
      header: t('state.label'),
      cell: (row) => (
        <span className="flex flex-col items-end gap-1 md:items-start">
          <DisputeStateBadge state={row.state} />
          {ended.includes(row.state) ? null : (
            <span className="text-sm text-muted">{knownWord(statuses, row.status)}</span>
          )}
        </span>
      ),
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={disputes} rowKey={(row) => row.id} />;
}

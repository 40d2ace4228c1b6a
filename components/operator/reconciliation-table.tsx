import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { knownWord } from '#components/ui/known-word.ts';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { ReconciliationItem } from '#server/payments/reconciliation/reconciliation-queries.ts';

interface ReconciliationTableProps {
  items: readonly ReconciliationItem[];
  now: Date;
}

/** What Stripe and the books do not agree on, the oldest first. */
export function ReconciliationTable({ items, now }: ReconciliationTableProps) {
  const t = useTranslations('reconciliation');
  const types = useTranslations('reconciliation.types');
  const format = useFormatter();
  const columns: Column<ReconciliationItem>[] = [
    {
      key: 'what',
      header: t('what'),
      isTitle: true,
      cell: (row) => (
        <span className="flex flex-col gap-1">
          <span>{knownWord(types, row.type)}</span>
          <code className="text-sm break-all text-muted">{row.sourceId ?? row.balanceTransactionId}</code>
        </span>
      ),
    },
    { key: 'state', header: t('state'), cell: (row) => <State item={row} /> },
    { key: 'stripe', header: t('atStripe'), align: 'end', cell: (row) => dollars(row.stripeMinor) },
    { key: 'books', header: t('inBooks'), align: 'end', cell: (row) => dollars(row.booksMinor) },
    {
      key: 'age',
      header: t('age'),
      align: 'end',
      cell: (row) => <time dateTime={row.since.toISOString()}>{format.relativeTime(row.since, now)}</time>,
    },
  ];
  const keyOf = (row: ReconciliationItem) => row.balanceTransactionId ?? row.transferId ?? row.sourceId ?? row.type;
  return <Table caption={t('caption')} columns={columns} rows={items} rowKey={keyOf} />;
}

function State({ item }: { item: ReconciliationItem }) {
  const t = useTranslations('reconciliation');
  if (item.difference !== null) return <Badge tone="danger">{t(`differs.${item.difference}`)}</Badge>;
  return <Badge tone="gold">{t(item.state === 'missing_there' ? 'missingThere' : 'missingHere')}</Badge>;
}

function dollars(minor: bigint | null) {
  return minor === null ? '–' : <Amount asset="USD" minor={minor} />;
}

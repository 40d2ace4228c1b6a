import { useFormatter, useTranslations } from 'next-intl';

import { ImportStateBadge } from '#components/imports/import-state.tsx';
import { Table, type Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { ImportCard } from '#server/market/imports/import-schema.ts';

/** A seller's imports, and how far each has come. */
export function ImportTable({ imports }: { imports: readonly ImportCard[] }) {
  const t = useTranslations('imports.history');
  const format = useFormatter();
  const columns: Column<ImportCard>[] = [
    {
      key: 'file',
      header: t('file'),
      isTitle: true,
      cell: ({ id, fileName }) => (
        <span className="wrap-anywhere">
          <TextLink href={`/sell/import/${id}`} prefetch={false}>
            {fileName}
          </TextLink>
        </span>
      ),
    },
    {
      key: 'sent',
      header: t('sent'),
      cell: ({ createdAt }) => format.dateTime(createdAt, { dateStyle: 'medium', timeStyle: 'short' }),
    },
    { key: 'rows', header: t('rows'), align: 'end', cell: ({ rowCount }) => format.number(rowCount) },
    { key: 'state', header: t('state'), cell: ({ state }) => <ImportStateBadge state={state} /> },
  ];
  return <Table caption={t('caption')} columns={columns} rows={imports} rowKey={({ id }) => id} />;
}

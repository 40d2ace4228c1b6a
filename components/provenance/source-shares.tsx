import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { AccountName, type NamedAccount } from '#components/provenance/account-name.tsx';
import { DeskSource } from '#components/provenance/desk-source.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { SourceShare } from '#server/provenance/queries.ts';

type Row = SourceShare & { account: NamedAccount };

/** Where the units of a source are now. */
export function SourceShares({ shares }: { shares: readonly Row[] }) {
  const t = useTranslations('provenance.desk.source');
  const colours = useTranslations('provenance.kinds');
  if (shares.length === 0) return <p className="text-muted">{t('none')}</p>;
  const columns: Column<Row>[] = [
    { key: 'account', header: t('account'), isTitle: true, cell: ({ account }) => <AccountName account={account} /> },
    { key: 'kind', header: t('kind'), cell: ({ kind }) => colours(kind) },
    {
      key: 'by',
      header: t('by'),
      cell: ({ isDirect, source }) =>
        isDirect ? (
          t('direct')
        ) : (
          <span className="flex flex-wrap justify-end gap-x-2 md:justify-start">
            {t('earned')} <DeskSource source={source} />
          </span>
        ),
    },
    {
      key: 'amount',
      header: t('amount'),
      align: 'end',
      cell: ({ amountMinor }) => <Amount asset="DUCAT" minor={amountMinor} unit="none" />,
    },
    {
      key: 'held',
      header: t('held'),
      align: 'end',
      cell: ({ heldMinor }) => <Amount asset="DUCAT" minor={heldMinor} unit="none" />,
    },
  ];
  return (
    <Table
      caption={t('caption')}
      columns={columns}
      rows={shares}
      rowKey={({ accountId, kind, source }) => `${String(accountId)} ${kind} ${source.type} ${source.id}`}
    />
  );
}

import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { GroupTotal } from '#server/ledger/groups.ts';

type NamedTotal = GroupTotal & { name: string };

const knownNames = ['wallets', 'escrow', 'held_by_citizens'] as const;

/** What whole groups of accounts hold, and up to where the folded part of each figure goes. */
export function GroupTotals({ groups }: { groups: readonly NamedTotal[] }) {
  const t = useTranslations('operator.groups');
  return (
    <section aria-labelledby="groups" className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <h2 id="groups" className="font-display text-display-sm font-semibold">
          {t('title')}
        </h2>
        <p className="max-w-prose text-muted">{t('lead')}</p>
      </div>
      {groups.length === 0 ? (
        <EmptyState title={t('none')}>{t('noneText')}</EmptyState>
      ) : (
        <GroupTable groups={groups} />
      )}
    </section>
  );
}

function GroupTable({ groups }: { groups: readonly NamedTotal[] }) {
  const t = useTranslations('operator.groups');
  const format = useFormatter();
  const known = (name: string) => knownNames.find((candidate) => candidate === name);
  const columns: Column<NamedTotal>[] = [
    {
      key: 'group',
      header: t('group'),
      isTitle: true,
      cell: ({ name }) => {
        const word = known(name);
        return <span className="font-medium wrap-anywhere">{word === undefined ? name : t(`names.${word}`)}</span>;
      },
    },
    {
      key: 'total',
      header: t('total'),
      align: 'end',
      cell: ({ asset, totalMinor }) => <Amount asset={asset} minor={totalMinor} />,
    },
    {
      key: 'reserved',
      header: t('reserved'),
      align: 'end',
      cell: ({ asset, reservedMinor }) => <Amount asset={asset} minor={reservedMinor} />,
    },
    {
      key: 'folded',
      header: t('folded'),
      align: 'end',
      cell: ({ asset, foldedMinor, foldedAt, horizon }) => (
        <span className="flex flex-col items-end">
          <Amount asset={asset} minor={foldedMinor} />
          <span className="text-sm text-muted">
            {horizon === 0n
              ? t('neverFolded')
              : t('horizon', {
                  time: format.dateTime(foldedAt, { dateStyle: 'medium', timeStyle: 'short' }),
                  transaction: horizon.toString(),
                })}
          </span>
        </span>
      ),
    },
    {
      key: 'since',
      header: t('since'),
      align: 'end',
      cell: ({ asset, tailMinor, tailRows }) => (
        <span className="flex flex-col items-end">
          <Amount asset={asset} minor={tailMinor} isEntry />
          <span className="text-sm text-muted">{t('changes', { count: tailRows })}</span>
        </span>
      ),
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={groups} rowKey={({ name }) => name} />;
}

import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';

type OwnKind = 'bought' | 'granted' | 'earned';

interface KindRow {
  kind: OwnKind;
  clearedMinor: bigint;
  heldMinor: bigint;
}

/** What a citizen holds by where it came from, with what each kind is good for. */
export function OwnAmounts({ kinds }: { kinds: readonly KindRow[] }) {
  const t = useTranslations('provenance');
  const columns: Column<KindRow>[] = [
    {
      key: 'kind',
      header: t('summary.kind'),
      isTitle: true,
      cell: ({ kind }) => (
        <span className="flex flex-col">
          <span className="font-medium">{t(`kinds.${kind}`)}</span>
          <span className="text-sm text-muted">{t(`kindText.${kind}`)}</span>
        </span>
      ),
    },
    {
      key: 'cleared',
      header: t('summary.cleared'),
      align: 'end',
      cell: ({ clearedMinor }) => <Amount asset="DUCAT" minor={clearedMinor} />,
    },
    {
      key: 'held',
      header: t('summary.held'),
      align: 'end',
      cell: ({ heldMinor }) => <Amount asset="DUCAT" minor={heldMinor} />,
    },
  ];
  return <Table caption={t('summary.caption')} columns={columns} rows={kinds} rowKey={({ kind }) => kind} />;
}

interface Clearing {
  kind: OwnKind;
  at: Date;
  amountMinor: bigint;
}

/** What is not cleared yet, the next part first. */
export function OwnClearings({ clearings }: { clearings: readonly Clearing[] }) {
  const t = useTranslations('provenance');
  const format = useFormatter();
  if (clearings.length === 0) return <p className="text-muted">{t('clearings.none')}</p>;
  const columns: Column<Clearing>[] = [
    {
      key: 'when',
      header: t('clearings.when'),
      isTitle: true,
      cell: ({ at }) => (
        <time dateTime={at.toISOString()}>{format.dateTime(at, { dateStyle: 'long', timeStyle: 'short' })}</time>
      ),
    },
    { key: 'kind', header: t('summary.kind'), cell: ({ kind }) => t(`kinds.${kind}`) },
    {
      key: 'amount',
      header: t('clearings.amount'),
      align: 'end',
      cell: ({ amountMinor }) => <Amount asset="DUCAT" minor={amountMinor} unit="none" />,
    },
  ];
  return (
    <Table
      caption={t('clearings.caption')}
      columns={columns}
      rows={clearings}
      rowKey={({ kind, at }) => `${kind} ${at.toISOString()}`}
    />
  );
}

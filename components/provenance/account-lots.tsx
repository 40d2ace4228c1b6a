import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { DeskSource } from '#components/provenance/desk-source.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { HeldLot } from '#server/provenance/queries.ts';

/** The lots of an account in the order in which it would spend them. */
export function AccountLots({ lots, lotCount }: { lots: readonly HeldLot[]; lotCount: number }) {
  const t = useTranslations('provenance.desk.account');
  const colours = useTranslations('provenance.kinds');
  const format = useFormatter();
  if (lots.length === 0) return <p className="text-muted">{t('none')}</p>;
  const day = (date: Date) => (
    <time dateTime={date.toISOString()}>{format.dateTime(date, { dateStyle: 'medium', timeStyle: 'short' })}</time>
  );
  const columns: Column<HeldLot>[] = [
    {
      key: 'serials',
      header: t('serials'),
      isTitle: true,
      cell: ({ serialFrom, serialUntil }) => (
        <TextLink href={`/operator/provenance?serial=${String(serialFrom)}`} prefetch={false}>
          {t('range', { from: String(serialFrom), to: String(serialUntil - 1n) })}
        </TextLink>
      ),
    },
    { key: 'kind', header: t('kind'), cell: ({ kind }) => colours(kind) },
    { key: 'source', header: t('source'), cell: ({ source }) => <DeskSource source={source} /> },
    { key: 'since', header: t('since'), cell: ({ since }) => day(since) },
    {
      key: 'held',
      header: t('held'),
      cell: ({ isHeld, heldUntil }) => (isHeld && heldUntil !== null ? day(heldUntil) : t('notHeld')),
    },
    {
      key: 'amount',
      header: t('amount'),
      align: 'end',
      cell: ({ amountMinor }) => <Amount asset="DUCAT" minor={amountMinor} unit="none" />,
    },
  ];
  return (
    <div className="flex flex-col gap-4">
      <Table caption={t('caption')} columns={columns} rows={lots} rowKey={({ serialFrom }) => String(serialFrom)} />
      {lots.length < lotCount ? (
        <p className="text-sm text-muted">{t('shown', { shown: lots.length, count: lotCount })}</p>
      ) : null}
    </div>
  );
}

import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { SealedMonth } from '#server/ledger/seal-queries.ts';

/** Which months of the books nothing is booked into any more, and the digests that prove them. */
export function SealedMonths({ months }: { months: readonly SealedMonth[] }) {
  const t = useTranslations('operator.seals');
  return (
    <section aria-labelledby="seals" className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <h2 id="seals" className="font-display text-display-sm font-semibold">
          {t('title')}
        </h2>
        <p className="max-w-prose text-muted">{t('lead')}</p>
      </div>
      {months.length === 0 ? <EmptyState title={t('none')}>{t('noneText')}</EmptyState> : <SealTable months={months} />}
    </section>
  );
}

function SealTable({ months }: { months: readonly SealedMonth[] }) {
  const t = useTranslations('operator.seals');
  const format = useFormatter();
  const columns: Column<SealedMonth>[] = [
    {
      key: 'month',
      header: t('month'),
      isTitle: true,
      cell: ({ month }) => (
        <time dateTime={month} className="font-medium">
          {format.dateTime(new Date(`${month}-01T00:00:00Z`), { month: 'long', year: 'numeric', timeZone: 'UTC' })}
        </time>
      ),
    },
    {
      key: 'sealed',
      header: t('sealed'),
      cell: ({ sealedAt, sealedBy }) => <Stamp time={sealedAt} name={sealedBy} />,
    },
    { key: 'transfers', header: t('transfers'), align: 'end', cell: ({ transfers }) => format.number(transfers) },
    { key: 'moved', header: t('moved'), align: 'end', cell: ({ moved }) => <Moved moved={moved} /> },
    { key: 'state', header: t('state'), cell: ({ detached }) => <State detached={detached} /> },
    {
      key: 'hash',
      header: t('hash'),
      cell: ({ hash }) => <code className="block max-w-64 text-xs break-all md:text-left">{hash}</code>,
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={months} rowKey={({ month }) => month} />;
}

function Moved({ moved }: Pick<SealedMonth, 'moved'>) {
  if (moved.length === 0) return '–';
  return (
    <span className="flex flex-col">
      {moved.map(({ asset, amountMinor }) => (
        <Amount key={asset} asset={asset} minor={amountMinor} />
      ))}
    </span>
  );
}

function State({ detached }: Pick<SealedMonth, 'detached'>) {
  const t = useTranslations('operator.seals');
  if (detached === null) return <Badge tone="accent">{t('attached')}</Badge>;
  return (
    <span className="flex flex-col items-end gap-1 md:items-start">
      <Badge tone="gold">{t('detached')}</Badge>
      <Stamp time={detached.at} name={detached.by} />
    </span>
  );
}

function Stamp({ time, name }: { time: Date; name: string }) {
  const t = useTranslations('operator.seals');
  const format = useFormatter();
  return (
    <span className="flex flex-col md:text-left">
      <time dateTime={time.toISOString()} className="whitespace-nowrap">
        {format.dateTime(time, { dateStyle: 'medium', timeStyle: 'short' })}
      </time>
      <span className="text-sm break-words text-muted">{t('by', { name })}</span>
    </span>
  );
}

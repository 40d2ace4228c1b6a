import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { SourceLink } from '#components/provenance/source-name.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { AccountOrigin } from '#server/provenance/queries.ts';

type Row = Omit<AccountOrigin, 'origin'>;

/** The sources of what a citizen holds, the latest first. */
export function OwnOrigins({ origins }: { origins: readonly Row[] }) {
  const t = useTranslations('provenance');
  const format = useFormatter();
  const columns: Column<Row>[] = [
    {
      key: 'source',
      header: t('origins.source'),
      isTitle: true,
      cell: ({ source, kind }) => (
        <span className="flex flex-wrap items-baseline gap-2">
          <SourceLink source={source} /> <span className="text-sm text-muted">{t(`kinds.${kind}`)}</span>
        </span>
      ),
    },
    {
      key: 'since',
      header: t('origins.since'),
      cell: ({ since }) => (
        <time dateTime={since.toISOString()} className="whitespace-nowrap">
          {format.dateTime(since, { dateStyle: 'medium' })}
        </time>
      ),
    },
    { key: 'state', header: t('origins.state'), cell: (row) => <State row={row} /> },
    {
      key: 'amount',
      header: t('origins.amount'),
      align: 'end',
      cell: ({ amountMinor }) => <Amount asset="DUCAT" minor={amountMinor} unit="none" />,
    },
  ];
  return <Table caption={t('origins.caption')} columns={columns} rows={origins} rowKey={({ factId }) => factId} />;
}

function State({ row: { kind, isHeld, heldUntil, expiresAt } }: { row: Row }) {
  const t = useTranslations('provenance.origins');
  const format = useFormatter();
  const shown = (date: Date) => format.dateTime(date, { dateStyle: 'medium', timeStyle: 'short' });
  if (isHeld && heldUntil !== null) return <Badge tone="gold">{t('held', { date: shown(heldUntil) })}</Badge>;
  if (expiresAt !== null) return <Badge>{t('expires', { date: shown(expiresAt) })}</Badge>;
  return kind === 'granted' ? <Badge>{t('spendable')}</Badge> : <Badge tone="success">{t('cleared')}</Badge>;
}

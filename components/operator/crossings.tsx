import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { normalSideOf, onNormalSide } from '#server/ledger/kinds.ts';
import type { SeenCrossing } from '#server/ledger/monitors.ts';

/** A figure that is shown with the other sign passes its line the other way round. */
const comparisons = {
  credit: { below: 'below', at_or_above: 'at_or_above' },
  debit: { below: 'above', at_or_above: 'at_or_below' },
} as const;

/** Which watched balances passed their line lately. */
export function Crossings({ crossings }: { crossings: readonly SeenCrossing[] }) {
  const t = useTranslations('operator.crossings');
  return (
    <section aria-labelledby="crossings" className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <h2 id="crossings" className="font-display text-display-sm font-semibold">
          {t('title')}
        </h2>
        <p className="max-w-prose text-muted">{t('lead')}</p>
      </div>
      {crossings.length === 0 ? (
        <EmptyState title={t('none')}>{t('noneText')}</EmptyState>
      ) : (
        <CrossingTable crossings={crossings} />
      )}
    </section>
  );
}

function CrossingTable({ crossings }: { crossings: readonly SeenCrossing[] }) {
  const t = useTranslations('operator.crossings');
  const kindName = useTranslations('operator.totals.kinds');
  const format = useFormatter();
  const columns: Column<SeenCrossing>[] = [
    {
      key: 'account',
      header: t('account'),
      isTitle: true,
      cell: ({ kind, isHouse }) => (
        <span className="font-medium">
          {t('accountOf', { kind: kindName(kind), owner: isHouse ? 'house' : 'citizen' })}
        </span>
      ),
    },
    {
      key: 'line',
      header: t('line'),
      cell: ({ kind, asset, measure, comparison, thresholdMinor }) => (
        <>
          {t(`measure.${measure}`)} {t(`comparison.${comparisons[normalSideOf(kind)][comparison]}`)}{' '}
          <Amount asset={asset} minor={onNormalSide(kind, thresholdMinor)} />
        </>
      ),
    },
    {
      key: 'figure',
      header: t('figure'),
      align: 'end',
      cell: ({ kind, asset, figureMinor }) => <Amount asset={asset} minor={onNormalSide(kind, figureMinor)} />,
    },
    {
      key: 'time',
      header: t('time'),
      align: 'end',
      cell: ({ occurredAt }) => format.dateTime(occurredAt, { dateStyle: 'medium', timeStyle: 'short' }),
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={crossings} rowKey={({ id }) => id} />;
}

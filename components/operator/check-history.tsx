import { useFormatter, useTranslations } from 'next-intl';

import { CheckBadge } from '#components/operator/check-badge.tsx';
import { Took } from '#components/operator/check-card.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { CheckRun } from '#server/ledger/check-runs.ts';

/** The last checks of both kinds, newest first. */
export function CheckHistory({ runs }: { runs: readonly CheckRun[] }) {
  const t = useTranslations('operator.history');
  const kinds = useTranslations('operator.check.kind');
  const format = useFormatter();
  const columns: Column<CheckRun>[] = [
    {
      key: 'finished',
      header: t('finished'),
      isTitle: true,
      cell: (run) => (
        <time dateTime={run.finishedAt.toISOString()}>
          {format.dateTime(run.finishedAt, { dateStyle: 'medium', timeStyle: 'medium' })}
        </time>
      ),
    },
    { key: 'kind', header: t('kind'), cell: (run) => kinds(run.kind) },
    { key: 'result', header: t('result'), cell: (run) => <CheckBadge run={run} /> },
    { key: 'entries', header: t('entries'), align: 'end', cell: (run) => format.number(run.figures.entries) },
    { key: 'took', header: t('took'), align: 'end', cell: (run) => <Took run={run} /> },
  ];
  return (
    <div className="flex flex-col gap-3">
      <h3 className="text-lg font-semibold">{t('title')}</h3>
      <Table caption={t('caption')} columns={columns} rows={runs} rowKey={(run) => run.id.toString()} />
    </div>
  );
}

import { useFormatter, useTranslations } from 'next-intl';

import { CheckBadge } from '#components/operator/check-badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { CheckKind, CheckRun } from '#server/ledger/check-runs.ts';

const counted = ['accounts', 'transfers', 'entries', 'refusals', 'openPendings'] as const;

/** The last check of one kind: when, how long it took and how much it read. */
export function CheckCard({ kind, run }: { kind: CheckKind; run: CheckRun | null }) {
  const t = useTranslations('operator.check');
  return (
    <Card as="section" labelledBy={`check-${kind}`}>
      <div className="flex flex-wrap items-center justify-between gap-2 pb-2">
        <h3 id={`check-${kind}`} className="text-lg font-semibold">
          {t(`${kind}.title`)}
        </h3>
        {run === null ? null : <CheckBadge run={run} />}
      </div>
      <p className="pb-2 text-sm text-muted">{t(`${kind}.text`)}</p>
      {run === null ? <p className="py-2">{t('none')}</p> : <CheckFigures run={run} />}
    </Card>
  );
}

function CheckFigures({ run }: { run: CheckRun }) {
  const t = useTranslations('operator.check');
  const format = useFormatter();
  const moment = (time: Date) => (
    <time dateTime={time.toISOString()}>{format.dateTime(time, { dateStyle: 'medium', timeStyle: 'medium' })}</time>
  );
  return (
    <Figures
      figures={[
        { key: 'finished', label: t('finished'), value: moment(run.finishedAt) },
        { key: 'took', label: t('took'), value: <Took run={run} /> },
        { key: 'from', label: t('from'), value: run.coversFrom === null ? t('beginning') : moment(run.coversFrom) },
        ...counted.map((name) => ({ key: name, label: t(name), value: format.number(run.figures[name]) })),
      ]}
    />
  );
}

/** How long a check took. */
export function Took({ run }: { run: CheckRun }) {
  const format = useFormatter();
  const milliseconds = run.finishedAt.getTime() - run.startedAt.getTime();
  const [value, unit] = milliseconds < 1_000 ? [milliseconds, 'millisecond'] : [milliseconds / 1_000, 'second'];
  return format.number(value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: value < 10 ? 1 : 0 });
}

import { useFormatter, useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { ProjectionLag } from '#server/provenance/trace.ts';

interface ProjectionStateProps {
  lag: ProjectionLag;
  check: { at: Date; findings: readonly unknown[] } | null;
}

/** How far the lots are behind the books, and whether the last full check found them in order. */
export function ProjectionState({ lag, check }: ProjectionStateProps) {
  const t = useTranslations('provenance.desk.state');
  const format = useFormatter();
  const time = (date: Date) => format.dateTime(date, { dateStyle: 'medium', timeStyle: 'medium' });
  const found = check?.findings.length ?? 0;
  return (
    <Figures
      figures={[
        { key: 'behind', label: t('behind'), value: format.number(lag.entries) },
        { key: 'accounts', label: t('accounts'), value: format.number(lag.accounts) },
        { key: 'oldest', label: t('oldest'), value: t('seconds', { seconds: format.number(lag.seconds) }) },
        { key: 'until', label: t('until'), value: lag.projectedUntil === null ? t('never') : time(lag.projectedUntil) },
        { key: 'checkedAt', label: t('check'), value: check === null ? t('checkNone') : time(check.at) },
        {
          key: 'check',
          label: t('checkResult'),
          value:
            check === null ? (
              '–'
            ) : found === 0 ? (
              <Badge tone="success">{t('checkOk')}</Badge>
            ) : (
              <Badge tone="danger">{t('checkOff', { count: found })}</Badge>
            ),
        },
      ]}
    />
  );
}

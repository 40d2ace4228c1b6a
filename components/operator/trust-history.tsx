import type { inferRouterOutputs } from '@trpc/server';
import { useFormatter, useTranslations } from 'next-intl';

import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table } from '#components/ui/table.tsx';
import type { AppRouter } from '#server/api/root.ts';

type Found = inferRouterOutputs<AppRouter>['operator']['trust']['citizen'];

/** Who decided what about a citizen, and what was noted of them. */
export function TrustHistory({ assignments, events }: Pick<Found, 'assignments' | 'events'>) {
  const t = useTranslations('trust.desk');
  const levels = useTranslations('trust.level');
  const format = useFormatter();
  const when = (time: Date) => format.dateTime(time, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <>
      <section aria-labelledby="trust-history" className="flex flex-col gap-4">
        <h3 id="trust-history" className="text-lg font-semibold">
          {t('history')}
        </h3>
        {assignments.length === 0 ? (
          <EmptyState title={t('noHistory')}>{t('noHistoryText')}</EmptyState>
        ) : (
          <Table
            caption={t('history')}
            rows={assignments}
            rowKey={({ id }) => id}
            columns={[
              { key: 'when', header: t('when'), cell: ({ decidedAt }) => when(decidedAt), isTitle: true },
              { key: 'who', header: t('who'), cell: ({ deciderName }) => deciderName ?? t('house') },
              {
                key: 'decision',
                header: t('decision'),
                cell: ({ level }) => (level === null ? t('takenBack') : levels(`${level}`)),
              },
              { key: 'reason', header: t('reason'), cell: ({ reason }) => reason },
            ]}
          />
        )}
      </section>
      <section aria-labelledby="trust-events" className="flex flex-col gap-4">
        <h3 id="trust-events" className="text-lg font-semibold">
          {t('events')}
        </h3>
        {events.length === 0 ? (
          <EmptyState title={t('noEvents')}>{t('noEventsText')}</EmptyState>
        ) : (
          <Table
            caption={t('events')}
            rows={events}
            rowKey={({ id }) => id}
            columns={[
              { key: 'when', header: t('when'), cell: ({ occurredAt }) => when(occurredAt), isTitle: true },
              { key: 'event', header: t('event'), cell: ({ kind }) => t(`eventKind.${kind}`) },
              {
                key: 'about',
                header: t('about'),
                cell: ({ reference }) => <span className="figures text-sm break-all">{reference}</span>,
              },
            ]}
          />
        )}
      </section>
    </>
  );
}

import { useFormatter, useTranslations } from 'next-intl';

import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table, type Column } from '#components/ui/table.tsx';

interface CashOutHappened {
  number: number;
  kind: string;
  actorName: string | null;
  note: string | null;
  occurredAt: Date;
}

/** Everything that happened to one cash-out, in order. */
export function CashOutHistory({ events }: { events: readonly CashOutHappened[] }) {
  const t = useTranslations('cash-out.history');
  const format = useFormatter();
  const kinds = useTranslations('cash-out.happened');
  const nameOf = (kind: string) => {
    const key = kind as Parameters<typeof kinds>[0];
    return kinds.has(key) ? kinds(key) : kind;
  };
  const columns: Column<CashOutHappened>[] = [
    { key: 'what', header: t('what'), isTitle: true, cell: ({ kind }) => nameOf(kind) },
    {
      key: 'when',
      header: t('when'),
      cell: ({ occurredAt }) => format.dateTime(occurredAt, { dateStyle: 'medium', timeStyle: 'medium' }),
    },
    { key: 'who', header: t('who'), cell: ({ actorName }) => actorName ?? t('itself') },
    { key: 'note', header: t('note'), cell: ({ note }) => <span className="wrap-anywhere">{note ?? ''}</span> },
  ];
  return (
    <section aria-labelledby="cash-out-history" className="flex flex-col gap-4">
      <h2 id="cash-out-history" className="font-display text-display-sm font-semibold">
        {t('title')}
      </h2>
      {events.length === 0 ? (
        <EmptyState title={t('none')}>{t('noneText')}</EmptyState>
      ) : (
        <Table caption={t('title')} columns={columns} rows={events} rowKey={({ number }) => String(number)} />
      )}
    </section>
  );
}

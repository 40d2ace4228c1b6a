import { useFormatter, useTranslations } from 'next-intl';

import { EmptyState } from '#components/ui/empty-state.tsx';
import { knownWord } from '#components/ui/known-word.ts';
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
  const steps = useTranslations('cash-out.step');
  const failures = useTranslations('cash-out.failure');
  const wordOf = (note: string | null) => {
    if (note === null || note === '') return '–';
    // What people wrote and the numbers of things stay as they are.
    if (!/^[a-z]+(_[a-z]+)*$/.test(note)) return note;
    return ['transfer', 'payout', 'reversal'].includes(note) ? knownWord(steps, note) : knownWord(failures, note);
  };
  const columns: Column<CashOutHappened>[] = [
    { key: 'what', header: t('what'), isTitle: true, cell: ({ kind }) => knownWord(kinds, kind) },
    {
      key: 'when',
      header: t('when'),
      cell: ({ occurredAt }) => format.dateTime(occurredAt, { dateStyle: 'medium', timeStyle: 'medium' }),
    },
    { key: 'who', header: t('who'), cell: ({ actorName }) => actorName ?? t('itself') },
    { key: 'note', header: t('note'), cell: ({ note }) => <span className="wrap-anywhere">{wordOf(note)}</span> },
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

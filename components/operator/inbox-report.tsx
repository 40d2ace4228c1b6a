import { useFormatter, useTranslations } from 'next-intl';

import { Figures } from '#components/ui/figures.tsx';
import type { InboxCounts } from '#server/platform/inbox-reading.ts';

const states = ['received', 'failed', 'handled', 'ignored'] as const;

/** Whether events from outside are being handled. */
export function InboxReport({ inbox }: { inbox: InboxCounts }) {
  const t = useTranslations('operator.inbox');
  const format = useFormatter();
  return (
    <section aria-labelledby="inbox" className="flex flex-col gap-4">
      <h2 id="inbox" className="font-display text-display-sm font-semibold">
        {t('title')}
      </h2>
      <Figures
        figures={states.map((state) => ({
          key: state,
          label: t(state),
          value: format.number(inbox[state]),
          ...(state === 'failed' && inbox.failed > 0 ? { tone: 'danger' as const } : {}),
        }))}
      />
      <p className="text-sm text-muted">
        {inbox.oldestWaitingAt === null
          ? t('calm')
          : t('oldest', { time: format.dateTime(inbox.oldestWaitingAt, { dateStyle: 'medium', timeStyle: 'short' }) })}
      </p>
    </section>
  );
}

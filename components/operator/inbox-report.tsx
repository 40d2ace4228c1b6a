import { useFormatter, useTranslations } from 'next-intl';

import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { InboxCounts } from '#server/platform/inbox.ts';

const states = ['received', 'failed', 'handled', 'ignored'] as const;

/** Whether events from outside are being handled. */
export function InboxReport({ inbox }: { inbox: InboxCounts }) {
  const t = useTranslations('operator.inbox');
  const format = useFormatter();
  return (
    <Card as="section" labelledBy="inbox">
      <h2 id="inbox" className="pb-2 text-xl font-semibold">
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
      <p className="pt-3 text-sm text-muted">
        {inbox.oldestWaitingAt === null
          ? t('calm')
          : t('oldest', { time: format.dateTime(inbox.oldestWaitingAt, { dateStyle: 'medium', timeStyle: 'short' }) })}
      </p>
    </Card>
  );
}

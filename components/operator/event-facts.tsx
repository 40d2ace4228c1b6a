import { useFormatter, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import { EventState } from '#components/operator/event-state.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { InboxEventView } from '#server/platform/inbox-reading.ts';

/** What became of one event. */
export function EventFacts({ event }: { event: InboxEventView }) {
  const t = useTranslations('events');
  const format = useFormatter();
  const time = (value: Date) => format.dateTime(value, { dateStyle: 'medium', timeStyle: 'medium' });
  const word = (text: string): ReactNode => <span className="break-all">{text}</span>;
  const isDone = event.state === 'handled' || event.state === 'ignored';
  return (
    <Figures
      figures={[
        { key: 'state', label: t('state'), value: <EventState event={event} /> },
        { key: 'number', label: t('detail.number'), value: word(event.eventId) },
        { key: 'object', label: t('object'), value: word(event.objectId ?? '–') },
        { key: 'received', label: t('received'), value: time(event.receivedAt) },
        { key: 'attempts', label: t('attempts'), value: format.number(event.attempts) },
        {
          key: 'handled',
          label: t('detail.handled'),
          value: event.handledAt === null ? t('detail.notYet') : time(event.handledAt),
        },
        ...(isDone
          ? []
          : [
              {
                key: 'next',
                label: t('detail.next'),
                value: event.nextAttemptAt === null ? t('detail.byHand') : time(event.nextAttemptAt),
              },
            ]),
      ]}
    />
  );
}

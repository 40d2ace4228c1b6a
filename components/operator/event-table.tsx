import { useFormatter, useTranslations } from 'next-intl';

import { EventState } from '#components/operator/event-state.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { InboxEventView } from '#server/platform/inbox-reading.ts';

/** Incoming events, the latest first; each opens with its body. */
export function EventTable({ events }: { events: readonly InboxEventView[] }) {
  const t = useTranslations('events');
  const format = useFormatter();
  const columns: Column<InboxEventView>[] = [
    {
      key: 'event',
      header: t('event'),
      isTitle: true,
      cell: (row) => (
        <TextLink href={`/operator/events/${row.id}`} prefetch={false}>
          <span className="max-md:wrap-anywhere md:whitespace-nowrap">{row.type}</span>
        </TextLink>
      ),
    },
    {
      key: 'object',
      header: t('object'),
      cell: (row) => <span className="text-sm break-all text-muted">{row.objectId ?? '–'}</span>,
    },
    {
      key: 'received',
      header: t('received'),
      cell: (row) => (
        <time dateTime={row.receivedAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(row.receivedAt, { dateStyle: 'medium', timeStyle: 'medium' })}
        </time>
      ),
    },
    { key: 'attempts', header: t('attempts'), align: 'end', cell: (row) => format.number(row.attempts) },
    { key: 'state', header: t('state'), cell: (row) => <EventState event={row} /> },
  ];
  return <Table caption={t('caption')} columns={columns} rows={events} rowKey={(row) => row.id} />;
}

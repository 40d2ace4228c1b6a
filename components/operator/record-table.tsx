import { useFormatter, useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { AuditRecord } from '#server/platform/audit.ts';

type Row = AuditRecord & { actorName: string | null };

/** Who did what to what, the latest first. */
export function RecordTable({ events }: { events: readonly Row[] }) {
  const t = useTranslations('record');
  const format = useFormatter();
  const columns: Column<Row>[] = [
    {
      key: 'action',
      header: t('action'),
      isTitle: true,
      cell: (row) => <code className="text-sm break-all">{row.action}</code>,
    },
    {
      key: 'when',
      header: t('when'),
      cell: (row) => (
        <time dateTime={row.occurredAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(row.occurredAt, { dateStyle: 'medium', timeStyle: 'medium' })}
        </time>
      ),
    },
    {
      key: 'who',
      header: t('who'),
      cell: (row) => (row.actorId === null ? t('system') : (row.actorName ?? row.actorId)),
    },
    {
      key: 'subject',
      header: t('subject'),
      cell: (row) => <span className="text-sm break-all text-muted">{row.subject ?? '–'}</span>,
    },
    { key: 'outcome', header: t('outcome'), cell: (row) => <Outcome outcome={row.outcome} /> },
  ];
  return <Table caption={t('caption')} columns={columns} rows={events} rowKey={(row) => row.id} />;
}

function Outcome({ outcome }: { outcome: string }) {
  const t = useTranslations('record');
  switch (outcome) {
    case 'done':
      return <Badge tone="success">{t('done')}</Badge>;
    case 'started':
      return <Badge tone="danger">{t('started')}</Badge>;
    case 'failed':
      return <Badge tone="danger">{t('failed')}</Badge>;
    default:
      return <Badge>{t('refused', { code: outcome })}</Badge>;
  }
}

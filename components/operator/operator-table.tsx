import { useFormatter, useTranslations } from 'next-intl';

import { DismissOperator } from '#components/operator/dismiss-operator.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { OperatorView } from '#server/citizens/operators.ts';

export type OperatorRow = Omit<OperatorView, 'appointedBy'> & { appointerName: string | null; isOwn: boolean };

/** Who looks after the house; an admin may dismiss everyone but themselves. */
export function OperatorTable({ operators, isAdmin }: { operators: readonly OperatorRow[]; isAdmin: boolean }) {
  const t = useTranslations('people');
  const format = useFormatter();
  const columns: Column<OperatorRow>[] = [
    { key: 'name', header: t('name'), isTitle: true, cell: (row) => <Name row={row} /> },
    { key: 'role', header: t('role'), cell: (row) => <Badge tone="gold">{t(`roles.${row.operatorRole}`)}</Badge> },
    {
      key: 'factor',
      header: t('factor'),
      cell: (row) => (
        <Badge tone={row.hasSecondFactor ? 'success' : 'danger'}>
          {t(row.hasSecondFactor ? 'hasFactor' : 'noFactor')}
        </Badge>
      ),
    },
    {
      key: 'since',
      header: t('since'),
      cell: (row) => (
        <time dateTime={row.appointedAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(row.appointedAt, { dateStyle: 'medium' })}
        </time>
      ),
    },
    { key: 'by', header: t('by'), cell: (row) => row.appointerName ?? t('bySettings') },
  ];
  if (isAdmin)
    columns.push({ key: 'dismiss', header: t('dismiss'), align: 'end', cell: (row) => <Dismissal row={row} /> });
  return <Table caption={t('caption')} columns={columns} rows={operators} rowKey={(row) => row.username} />;
}

function Name({ row }: { row: OperatorRow }) {
  const t = useTranslations('people');
  return (
    <span className="flex min-w-0 flex-col">
      <span className="font-medium">
        {row.displayName ?? row.username} {row.isOwn ? <Badge tone="accent">{t('you')}</Badge> : null}
      </span>
      <span className="text-sm text-muted">{row.displayName === null ? t('neverSignedIn') : row.username}</span>
    </span>
  );
}

function Dismissal({ row }: { row: OperatorRow }) {
  return row.isOwn ? '–' : <DismissOperator username={row.username} name={row.displayName ?? row.username} />;
}

import { useFormatter, useTranslations } from 'next-intl';

import { CashOutBadge } from '#components/cash-out/cash-out-badge.tsx';
import { CashOutDecide } from '#components/cash-out/cash-out-decide.tsx';
import { CashOutResolve } from '#components/cash-out/cash-out-resolve.tsx';
import { Amount } from '#components/money/amount.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { knownWord } from '#components/ui/known-word.ts';
import { Table, type Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { CashOutView } from '#server/payments/cash-outs/cash-out-schema.ts';

export interface QueuedCashOut extends CashOutView {
  citizenName: string;
  approverNames: string[];
  needsAnother: boolean;
  lastError: string | null;
}

interface CashOutQueueProps {
  part: 'waiting' | 'unknown' | 'underWay' | 'ended';
  rows: readonly QueuedCashOut[];
}

/** One part of the operators' queue. */
export function CashOutQueue({ part, rows }: CashOutQueueProps) {
  const t = useTranslations('cash-out.desk');
  const format = useFormatter();
  const columns: Column<QueuedCashOut>[] = [
    {
      key: 'citizen',
      header: t('citizen'),
      isTitle: true,
      cell: ({ id, citizenName }) => <TextLink href={`/operator/cash-outs?id=${id}`}>{citizenName}</TextLink>,
    },
    {
      key: 'date',
      header: t('date'),
      cell: ({ requestedAt }) => format.dateTime(requestedAt, { dateStyle: 'medium', timeStyle: 'short' }),
    },
    { key: 'net', header: t('net'), align: 'end', cell: ({ netMinor }) => <Amount asset="USD" minor={netMinor} /> },
    { key: 'state', header: t('state'), cell: (row) => <State row={row} /> },
  ];
  if (part === 'waiting') columns.push({ key: 'do', header: t('do'), cell: (row) => <CashOutDecide row={row} /> });
  if (part === 'unknown') columns.push({ key: 'do', header: t('do'), cell: ({ id }) => <CashOutResolve id={id} /> });
  return (
    <section aria-labelledby={`cash-outs-${part}`} className="flex flex-col gap-4">
      <h2 id={`cash-outs-${part}`} className="font-display text-display-sm font-semibold">
        {t(`${part}.title`)}
      </h2>
      {rows.length === 0 ? (
        <EmptyState title={t(`${part}.none`)} isCompact>
          {t(`${part}.noneText`)}
        </EmptyState>
      ) : (
        <Table caption={t(`${part}.title`)} columns={columns} rows={rows} rowKey={({ id }) => id} />
      )}
    </section>
  );
}

function State({ row }: { row: QueuedCashOut }) {
  const t = useTranslations('cash-out.desk');
  const failures = useTranslations('cash-out.failure');
  const { approvals: count, approvalsNeeded: needed, approverNames } = row;
  const names = approverNames.join(', ');
  const code = row.failureCode ?? row.lastError;
  const detail = row.reason ?? (code === null ? null : knownWord(failures, code));
  return (
    <span className="flex flex-col items-end gap-1 md:items-start">
      <CashOutBadge state={row.state} />
      <span className="text-sm text-muted">
        {names === '' ? t('approvals', { count, needed }) : t('approvalsBy', { count, needed, names })}
      </span>
      {detail === null ? null : <span className="text-sm text-muted wrap-anywhere">{detail}</span>}
    </span>
  );
}

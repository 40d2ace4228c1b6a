import { useFormatter, useTranslations } from 'next-intl';

import { WarningDismissal } from '#components/refund/warning-dismissal.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { FraudWarningView } from '#server/payments/refunds/fraud-warnings.ts';

const tones = { open: 'danger', refunded: 'success', dismissed: 'neutral' } as const;

/** Reports of fraud by issuers of cards, those that wait first. */
export function WarningTable({ warnings }: { warnings: readonly (FraudWarningView & { citizenName: string })[] }) {
  const t = useTranslations('refund.warnings');
  const format = useFormatter();
  if (warnings.length === 0)
    return (
      <EmptyState title={t('none')} isCompact>
        {t('noneText')}
      </EmptyState>
    );
  const columns: Column<(typeof warnings)[number]>[] = [
    {
      key: 'who',
      header: t('who'),
      isTitle: true,
      cell: (row) => (
        <TextLink href={`/operator/refunds?topUp=${row.topUpId}`} prefetch={false}>
          {row.citizenName}
        </TextLink>
      ),
    },
    {
      key: 'type',
      header: t('type'),
      cell: ({ fraudType }) =>
        t(fraudType === 'unauthorized_use_of_card' ? 'types.unauthorized_use_of_card' : 'types.other'),
    },
    {
      key: 'when',
      header: t('when'),
      cell: (row) => (
        <time dateTime={row.receivedAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(row.receivedAt, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      ),
    },
    {
      key: 'state',
      header: t('state'),
      cell: ({ state }) => <Badge tone={tones[state]}>{t(`states.${state}`)}</Badge>,
    },
    {
      key: 'decide',
      header: t('decide'),
      align: 'end',
      cell: (row) => (row.state === 'open' ? <WarningDismissal warningId={row.id} /> : (row.note ?? '–')),
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={warnings} rowKey={(row) => row.id} />;
}

import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Badge, type BadgeTone } from '#components/ui/badge.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table, type Column } from '#components/ui/table.tsx';
import type { InvoiceView } from '#server/payments/subscriptions/subscription-schema.ts';

const tones: Record<InvoiceView['state'], BadgeTone> = {
  open: 'danger',
  paid: 'success',
  void: 'neutral',
  uncollectible: 'neutral',
};

/** What was and is to be paid for the subscription. */
export function InvoiceTable({ invoices }: { invoices: readonly InvoiceView[] }) {
  const t = useTranslations('plan.invoices');
  const format = useFormatter();
  const columns: Column<InvoiceView>[] = [
    {
      key: 'date',
      header: t('date'),
      isTitle: true,
      cell: ({ issuedAt }) => format.dateTime(issuedAt, { dateStyle: 'medium' }),
    },
    { key: 'number', header: t('number'), cell: ({ number }) => number ?? t('draft') },
    {
      key: 'state',
      header: t('state'),
      cell: ({ state }) => <Badge tone={tones[state]}>{t(`of.${state}`)}</Badge>,
    },
    {
      key: 'refunded',
      header: t('refunded'),
      align: 'end',
      cell: ({ refundedMinor }) => (refundedMinor === 0n ? '–' : <Amount asset="USD" minor={refundedMinor} />),
    },
    {
      key: 'amount',
      header: t('amount'),
      align: 'end',
      cell: ({ amountMinor }) => <Amount asset="USD" minor={amountMinor} />,
    },
  ];
  return (
    <section aria-labelledby="plan-invoices" className="flex flex-col gap-4">
      <h2 id="plan-invoices" className="font-display text-display-sm font-semibold">
        {t('title')}
      </h2>
      {invoices.length === 0 ? (
        <EmptyState title={t('emptyTitle')}>{t('emptyText')}</EmptyState>
      ) : (
        <Table caption={t('caption')} columns={columns} rows={invoices} rowKey={({ id }) => id} />
      )}
    </section>
  );
}

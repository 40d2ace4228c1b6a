import { useFormatter, useLocale, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { BehindNotice } from '#components/provenance/behind-notice.tsx';
import { RefundStateBadge } from '#components/refund/refund-state.tsx';
import { SelfService } from '#components/refund/self-service.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { formatAmount } from '#server/money/money.ts';
import type { OwnRefunds as OwnRefundsView, RefundView } from '#server/payments/refunds/refund-schema.ts';

/** What of a top-up was given back, and whether its buyer can give the rest back. */
export function OwnRefunds({ topUpId, own }: { topUpId: string; own: OwnRefundsView }) {
  const t = useTranslations('refund.own');
  const locale = useLocale();
  const format = useFormatter();
  if (own.refusedBy === 'not_paid') return null;
  const { offer, refusedBy, until } = own;
  const total = offer === null ? '' : formatAmount(offer.totalMinor, 'USD', { locale });
  return (
    <section aria-labelledby="refund" className="flex flex-col gap-4">
      <h2 id="refund" className="font-display text-display-sm font-semibold">
        {t('title')}
      </h2>
      {own.refunds.length === 0 ? null : <OwnRefundTable refunds={own.refunds} />}
      {refusedBy === null || refusedBy === 'not_followed' ? null : <p className="text-muted">{t(refusedBy)}</p>}
      {refusedBy === 'not_followed' ? <BehindNotice /> : null}
      {offer === null ? null : (
        <>
          <p>
            {t('offer', { total })}{' '}
            {until === null ? null : t('offerUntil', { date: format.dateTime(until, { dateStyle: 'long' }) })}
          </p>
          <SelfService topUpId={topUpId} offer={offer} />
        </>
      )}
    </section>
  );
}

function OwnRefundTable({ refunds }: { refunds: readonly RefundView[] }) {
  const t = useTranslations('refund');
  const locale = useLocale();
  const format = useFormatter();
  const columns: Column<RefundView>[] = [
    {
      key: 'total',
      header: t('list.total'),
      isTitle: true,
      cell: (row) => (
        <span className="flex flex-col">
          <Amount asset="USD" minor={row.totalMinor} />
          {row.debtMinor === 0n ? null : (
            <span className="text-sm text-danger">
              {t('own.debt', { debt: formatAmount(row.debtMinor, 'USD', { locale }) })}
            </span>
          )}
        </span>
      ),
    },
    {
      key: 'ducats',
      header: t('list.ducats'),
      align: 'end',
      cell: (row) => <Amount asset="DUCAT" minor={row.baseMinor + row.bonusMinor} unit="none" />,
    },
    {
      key: 'when',
      header: t('list.when'),
      cell: (row) => (
        <time dateTime={row.createdAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(row.createdAt, { dateStyle: 'medium' })}
        </time>
      ),
    },
    { key: 'state', header: t('list.state'), cell: (row) => <RefundStateBadge state={row.state} /> },
  ];
  return <Table caption={t('own.caption')} columns={columns} rows={refunds} rowKey={(row) => row.id} />;
}

import { useFormatter, useTranslations } from 'next-intl';

import { EndDiscount } from '#components/discounts/end-discount.tsx';
import { usePercent } from '#components/listing/sale-note.tsx';
import { Amount } from '#components/money/amount.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Table, type Column } from '#components/ui/table.tsx';
import type { CouponView, DiscountState, SaleView } from '#server/market/discounts/discount-schema.ts';

const tones = { planned: 'accent', running: 'success', ended: 'neutral' } as const;

function State({ state }: { state: DiscountState }) {
  const t = useTranslations('discounts.state');
  return <Badge tone={tones[state]}>{t(state)}</Badge>;
}

function useWindow() {
  const t = useTranslations('discounts');
  const format = useFormatter();
  const moment = (time: Date) => format.dateTime(time, { dateStyle: 'medium', timeStyle: 'short' });
  return ({ startsAt, endsAt }: { startsAt: Date; endsAt: Date }) =>
    t('window', { from: moment(startsAt), until: moment(endsAt) });
}

/** A seller's sales, each with what can be done to it. */
export function SaleTable({ sales }: { sales: readonly SaleView[] }) {
  const t = useTranslations('discounts');
  const percentOf = usePercent();
  const windowOf = useWindow();
  const columns: Column<SaleView>[] = [
    {
      key: 'what',
      header: t('sales.columns.what'),
      isTitle: true,
      cell: ({ percentBps, listings }) => (
        <span className="flex flex-col">
          <span className="font-medium">{t('off', { percent: percentOf(percentBps) })}</span>
          <span className="text-sm text-muted">
            {listings === null
              ? t('sales.all')
              : listings.length === 1
                ? listings[0]?.title
                : t('sales.count', { count: listings.length })}
          </span>
        </span>
      ),
    },
    { key: 'window', header: t('sales.columns.window'), cell: windowOf },
    { key: 'state', header: t('sales.columns.state'), cell: ({ state }) => <State state={state} /> },
    {
      key: 'actions',
      header: t('sales.columns.actions'),
      align: 'end',
      cell: ({ id: saleId, state, percentBps }) =>
        state === 'ended' ? null : (
          <EndDiscount what={{ saleId }} label={t('end.ofSale', { percent: percentOf(percentBps) })} />
        ),
    },
  ];
  return <Table caption={t('sales.caption')} columns={columns} rows={sales} rowKey={({ id }) => id} />;
}

/** A seller's coupons, each with how often it was used. */
export function CouponTable({ coupons }: { coupons: readonly CouponView[] }) {
  const t = useTranslations('discounts');
  const windowOf = useWindow();
  const columns: Column<CouponView>[] = [
    {
      key: 'code',
      header: t('coupons.columns.code'),
      isTitle: true,
      cell: ({ code }) => <span className="font-medium break-all">{code}</span>,
    },
    { key: 'worth', header: t('coupons.columns.worth'), cell: (coupon) => <Worth coupon={coupon} /> },
    { key: 'window', header: t('coupons.columns.window'), cell: windowOf },
    {
      key: 'uses',
      header: t('coupons.columns.uses'),
      align: 'end',
      cell: ({ uses, usesMax: max }) =>
        max === null ? t('coupons.uses', { uses }) : t('coupons.usesOf', { uses, max }),
    },
    { key: 'state', header: t('coupons.columns.state'), cell: ({ state }) => <State state={state} /> },
    {
      key: 'actions',
      header: t('coupons.columns.actions'),
      align: 'end',
      cell: ({ id: couponId, state, code }) =>
        state === 'ended' ? null : <EndDiscount what={{ couponId }} label={t('end.ofCoupon', { code })} />,
    },
  ];
  return <Table caption={t('coupons.caption')} columns={columns} rows={coupons} rowKey={({ id }) => id} />;
}

function Worth({ coupon: { percentBps, amountMinor, minimumMinor } }: { coupon: CouponView }) {
  const t = useTranslations('discounts.coupons');
  const percentOf = usePercent();
  return (
    <span className="flex flex-col">
      <span>
        {percentBps === null ? <Amount asset="DUCAT" minor={amountMinor ?? 0n} isTrimmed /> : percentOf(percentBps)}
      </span>
      {minimumMinor === 0n ? null : (
        <span className="text-sm text-muted">
          {t.rich('minimum', { amount: () => <Amount asset="DUCAT" minor={minimumMinor} isTrimmed /> })}
        </span>
      )}
    </span>
  );
}

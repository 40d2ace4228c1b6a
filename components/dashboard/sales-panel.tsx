import { useFormatter, useTranslations } from 'next-intl';
import Link from 'next/link';
import type { ReactNode } from 'react';

import { Panel } from '#components/dashboard/panel.tsx';
import { SalesChart } from '#components/dashboard/sales-chart.tsx';
import { Amount } from '#components/money/amount.tsx';
import { Card } from '#components/ui/card.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table } from '#components/ui/table.tsx';
import {
  salesPeriods,
  type SalesDay,
  type SalesPeriod,
  type SalesView,
} from '#server/market/dashboards/dashboard-schema.ts';

interface SalesPanelProps {
  sales: SalesView;
  period: SalesPeriod;
}

/** What was sold in a period: figures against the period before, the days as a chart, and the same as a table. */
export function SalesPanel({ sales, period }: SalesPanelProps) {
  const t = useTranslations('dashboard.sales');
  return (
    <Panel id="sales" title={t('title')} aside={<PeriodLinks current={period} />}>
      {sales.total.orders === 0 ? (
        <EmptyState title={t('none', { days: period })} isCompact>
          {t('noneText')}
        </EmptyState>
      ) : (
        <Card>
          <div className="flex flex-col gap-6">
            <SalesFigures sales={sales} period={period} />
            <SalesChart days={sales.days} />
            <DayTable days={sales.days} />
          </div>
        </Card>
      )}
    </Panel>
  );
}

function PeriodLinks({ current }: { current: SalesPeriod }) {
  const t = useTranslations('dashboard.sales');
  return (
    <nav aria-label={t('period')}>
      <ul className="flex rounded-md border border-line bg-surface">
        {salesPeriods.map((days) => (
          <li key={days}>
            <Link
              href={`/sell/overview?days=${String(days)}#sales`}
              prefetch={false}
              scroll={false}
              aria-current={days === current ? 'true' : undefined}
              className={classNames(
                'inline-flex min-h-control-sm items-center rounded-md px-3 text-sm',
                days === current ? 'bg-accent-soft font-semibold text-accent' : 'text-muted hover:text-text',
              )}
            >
              {t('days', { days })}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function SalesFigures({ sales: { total, before }, period }: SalesPanelProps) {
  const t = useTranslations('dashboard.sales');
  const format = useFormatter();
  const averageMinor = total.amountMinor / BigInt(total.orders);
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 md:grid-cols-3">
      <Figure label={t('ducats')} value={<Amount asset="DUCAT" minor={total.amountMinor} unit="mark" />}>
        <Change now={total.amountMinor} then={before.amountMinor} period={period} />
      </Figure>
      <Figure label={t('orders')} value={format.number(total.orders)}>
        <Change now={BigInt(total.orders)} then={BigInt(before.orders)} period={period} />
      </Figure>
      <Figure label={t('average')} value={<Amount asset="DUCAT" minor={averageMinor} unit="mark" />}>
        {t('perOrder')}
      </Figure>
    </dl>
  );
}

function Figure({ label, value, children }: { label: string; value: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="figures text-xl font-semibold sm:text-2xl">{value}</dd>
      <dd className="text-sm text-muted">{children}</dd>
    </div>
  );
}

function Change({ now, then, period }: { now: bigint; then: bigint; period: SalesPeriod }) {
  const t = useTranslations('dashboard.sales');
  const format = useFormatter();
  if (then === 0n) return t('noBefore', { days: period });
  const change = Number(((now - then) * 1_000n) / then) / 1_000;
  const share = format.number(change, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });
  return t('change', { share, days: period });
}

function DayTable({ days }: { days: readonly SalesDay[] }) {
  const t = useTranslations('dashboard.sales');
  const format = useFormatter();
  const sold = days.filter(({ orders }) => orders > 0).toReversed();
  return (
    <details className="border-t border-line pt-3">
      <summary className="flex min-h-control-sm w-fit items-center font-medium text-accent underline decoration-1 underline-offset-4">
        {t('table')}
      </summary>
      <div className="pt-3">
        <Table
          caption={t('caption')}
          rows={sold}
          rowKey={({ day }) => day}
          columns={[
            {
              key: 'day',
              header: t('day'),
              isTitle: true,
              cell: ({ day }) => (
                <time dateTime={day}>{format.dateTime(new Date(`${day}T12:00:00Z`), { dateStyle: 'full' })}</time>
              ),
            },
            { key: 'orders', header: t('orders'), align: 'end', cell: ({ orders }) => format.number(orders) },
            {
              key: 'ducats',
              header: t('ducats'),
              align: 'end',
              cell: ({ amountMinor }) => <Amount asset="DUCAT" minor={amountMinor} unit="none" />,
            },
          ]}
        />
      </div>
    </details>
  );
}

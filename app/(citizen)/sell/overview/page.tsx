import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { BestPanel } from '#components/dashboard/best-panel.tsx';
import { EarningsPanel } from '#components/dashboard/earnings-panel.tsx';
import { OpenOrderList } from '#components/dashboard/open-order-list.tsx';
import { Panel } from '#components/dashboard/panel.tsx';
import { SalesPanel } from '#components/dashboard/sales-panel.tsx';
import { SellTabs } from '#components/dashboard/sell-tabs.tsx';
import { StockPanel } from '#components/dashboard/stock-panel.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { salesPeriods } from '#server/market/dashboards/dashboard-schema.ts';
import type { OpenOrders } from '#server/market/dashboards/dashboard-schema.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('dashboard');
  return { title: t('title') };
}

export default async function SellOverviewPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const asked = textOf((await searchParams)['days']);
  const period = salesPeriods.find((days) => String(days) === asked) ?? 30;
  const caller = await serverCaller();
  const [t, orders, escrow, amounts, sales, best, low, listings] = await Promise.all([
    getTranslations('dashboard'),
    caller.selling.openOrders(),
    caller.selling.escrow(),
    caller.provenance.amounts(),
    caller.selling.sales({ days: period }),
    caller.selling.best({ days: period }),
    caller.selling.lowStock(),
    caller.listings.mine({ limit: 1 }),
  ]);
  const earned = amounts.kinds.find(({ kind }) => kind === 'earned');
  const write = (
    <LinkButton href="/sell/new" prefetch={false}>
      {t('empty.action')}
    </LinkButton>
  );
  return (
    <Page>
      <div className="flex flex-col gap-6">
        <PageHeading title={t('title')} actions={listings.items.length === 0 ? undefined : write}>
          {t('lead')}
        </PageHeading>
        <SellTabs current="overview" />
      </div>
      {listings.items.length === 0 ? (
        <EmptyState title={t('empty.title')} action={write}>
          {t('empty.text')}
        </EmptyState>
      ) : (
        <>
          <OrdersPanel orders={orders} />
          <EarningsPanel
            escrow={escrow}
            heldMinor={earned?.heldMinor ?? 0n}
            clearedMinor={earned?.clearedMinor ?? 0n}
            clearings={amounts.clearings.filter(({ kind }) => kind === 'earned')}
          />
          <SalesPanel sales={sales} period={period} />
          <BestPanel best={best} />
          <StockPanel low={low} />
        </>
      )}
    </Page>
  );
}

async function OrdersPanel({ orders: { items, waiting, total } }: { orders: OpenOrders }) {
  const t = await getTranslations('dashboard.orders');
  return (
    <Panel
      id="waiting"
      title={t('title')}
      aside={
        <TextLink href="/orders?tab=sold" prefetch={false}>
          {waiting > items.length ? t('waiting', { count: waiting }) : t('all')}
        </TextLink>
      }
    >
      {items.length === 0 ? (
        <EmptyState title={t('none')} isCompact>
          {total === 0 ? t('noneText') : t('noneOpen', { count: total })}
        </EmptyState>
      ) : (
        <OpenOrderList orders={items} side="seller" labelledBy="waiting" />
      )}
    </Panel>
  );
}

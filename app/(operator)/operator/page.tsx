import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BooksReport } from '#components/operator/books-report.tsx';
import { BreakerPanel } from '#components/operator/breaker-panel.tsx';
import { Corrections } from '#components/operator/corrections.tsx';
import { Crossings } from '#components/operator/crossings.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { GroupTotals } from '#components/operator/group-totals.tsx';
import { InboxReport } from '#components/operator/inbox-report.tsx';
import { MoneyTotals } from '#components/operator/money-totals.tsx';
import { SealedMonths } from '#components/operator/sealed-months.tsx';
import { VenicePanel } from '#components/operator/venice-panel.tsx';
import { OrderTable } from '#components/order/order-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Pagination } from '#components/ui/pagination.tsx';

interface OperatorPageProps {
  searchParams: SearchParams;
}

const disputesPerPage = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('operator');
  return { title: t('title') };
}

export default async function OperatorPage({ searchParams }: OperatorPageProps) {
  await requireOperator();
  const cursor = textOf((await searchParams)['cursor']);
  const caller = await serverCaller();
  const [t, disputes, overview, corrections, circuit] = await Promise.all([
    getTranslations('operator'),
    orNotFound(caller.orders.disputed({ cursor, limit: disputesPerPage })),
    caller.operator.overview(),
    caller.operator.corrections.list(),
    caller.venice.circuit(),
  ]);
  const { full, incremental, runs, breaker, totals, groups, crossings, seals, inbox, now } = overview;
  const posting = <BreakerPanel breaker={breaker} />;
  return (
    <Page>
      <DeskTabs current="books" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {breaker.isOpen ? posting : null}
      <Disputes disputes={disputes} isFirstPage={cursor === undefined} />
      <BooksReport full={full} incremental={incremental} runs={runs} now={now} />
      <div className="grid items-start gap-6 lg:grid-cols-2 lg:gap-10">
        {breaker.isOpen ? null : posting}
        <InboxReport inbox={inbox} />
        <VenicePanel circuit={circuit} />
      </div>
      <Corrections open={corrections.open} decided={corrections.decided} />
      <Crossings crossings={crossings} />
      <SealedMonths months={seals} />
      <GroupTotals groups={groups} />
      <MoneyTotals totals={totals} />
    </Page>
  );
}

type DisputesPage = Awaited<ReturnType<Awaited<ReturnType<typeof serverCaller>>['orders']['disputed']>>;

async function Disputes({ disputes, isFirstPage }: { disputes: DisputesPage; isFirstPage: boolean }) {
  const [t, list, common] = await Promise.all([
    getTranslations('operator.disputes'),
    getTranslations('order.list'),
    getTranslations('common'),
  ]);
  const { nextCursor } = disputes;
  return (
    <section aria-labelledby="disputes" className="flex flex-col gap-4">
      <h2 id="disputes" className="font-display text-display-sm font-semibold">
        {t('title')}
      </h2>
      {disputes.items.length === 0 ? (
        <EmptyState title={t('none')}>{t('noneText')}</EmptyState>
      ) : (
        <>
          <p className="text-muted">{t('lead')}</p>
          <OrderTable caption={list('captionDisputed')} orders={disputes.items} parties={['buyer', 'seller']} />
        </>
      )}
      <Pagination
        label={common('pages')}
        first={isFirstPage ? undefined : { href: '/operator', label: common('firstPage') }}
        next={
          nextCursor === null
            ? undefined
            : { href: addressOf('/operator', { cursor: nextCursor }), label: common('nextPage') }
        }
      />
    </section>
  );
}

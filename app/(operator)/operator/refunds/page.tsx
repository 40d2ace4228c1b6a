import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { addressOf, oneOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { PaymentFinder } from '#components/refund/payment-finder.tsx';
import { PaymentRefunds } from '#components/refund/payment-refunds.tsx';
import { RefundTable } from '#components/refund/refund-table.tsx';
import { ReviewTable } from '#components/refund/review-table.tsx';
import { StateFilter } from '#components/refund/state-filter.tsx';
import { WarningTable } from '#components/refund/warning-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { refundStates } from '#server/payments/refunds/refund-schema.ts';

const path = '/operator/refunds';
const perPage = 25;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('refund');
  return { title: t('title') };
}

export default async function RefundsPage({ searchParams }: { searchParams: SearchParams }) {
  const { operatorRole } = await requireOperator();
  const query = await searchParams;
  const [topUpId, username] = [textOf(query['topUp']), textOf(query['username'])];
  const caller = await serverCaller();
  const t = await getTranslations('refund');
  const mayRefund = operatorRole === 'finance' || operatorRole === 'admin';
  if (topUpId !== undefined) {
    const payment = await orNotFound(caller.operator.refunds.topUp({ topUpId }));
    return (
      <Page>
        <DeskTabs current="money" />
        <PaymentRefunds payment={payment} mayRefund={mayRefund} />
      </Page>
    );
  }
  const found = username === undefined ? null : await orNotFound(caller.operator.refunds.topUpsOf({ username }));
  return (
    <Page>
      <DeskTabs current="money" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <PaymentFinder username={username} topUps={found} />
      {found === null ? (
        <Lists state={oneOf(textOf(query['state']), refundStates)} cursor={textOf(query['cursor'])} />
      ) : null}
    </Page>
  );
}

interface ListsProps {
  state: (typeof refundStates)[number] | undefined;
  cursor: string | undefined;
}

/** What waits for a decision, then everything that was refunded. */
async function Lists({ state, cursor }: ListsProps) {
  const caller = await serverCaller();
  const [t, reviews, warnings, { refunds, nextCursor }] = await Promise.all([
    getTranslations('refund'),
    caller.operator.refunds.reviews(),
    caller.operator.refunds.warnings(),
    orNotFound(caller.operator.refunds.list({ state, cursor, limit: perPage })),
  ]);
  return (
    <>
      <section aria-labelledby="reviews" className="flex flex-col gap-4">
        <h2 id="reviews" className="font-display text-display-sm font-semibold">
          {t('reviews.title')}
        </h2>
        <p className="max-w-prose text-muted">{t('reviews.text')}</p>
        <ReviewTable reviews={reviews} />
      </section>
      <section aria-labelledby="warnings" className="flex flex-col gap-4">
        <h2 id="warnings" className="font-display text-display-sm font-semibold">
          {t('warnings.title')}
        </h2>
        <p className="max-w-prose text-muted">{t('warnings.text')}</p>
        <WarningTable warnings={warnings} />
      </section>
      <section aria-labelledby="refunds" className="flex flex-col gap-4">
        <h2 id="refunds" className="font-display text-display-sm font-semibold">
          {t('list.title')}
        </h2>
        <StateFilter state={state} />
        {refunds.length === 0 ? (
          <EmptyState title={t('list.none')}>{t('list.noneText')}</EmptyState>
        ) : (
          <RefundTable refunds={refunds} />
        )}
        <Pagination
          label={t('list.pages')}
          first={cursor === undefined ? undefined : { href: addressOf(path, { state }), label: t('list.newest') }}
          next={
            nextCursor === null
              ? undefined
              : { href: addressOf(path, { state, cursor: nextCursor }), label: t('list.older') }
          }
        />
      </section>
    </>
  );
}

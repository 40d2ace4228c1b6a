import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { CashOutHistory } from '#components/cash-out/cash-out-history.tsx';
import { CashOutQueue } from '#components/cash-out/cash-out-queue.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';

const parts = ['waiting', 'unknown', 'underWay', 'ended'] as const;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('cash-out.desk');
  return { title: t('title') };
}

export default async function CashOutDeskPage({ searchParams }: { searchParams: SearchParams }) {
  await requireOperator();
  const cashOutId = textOf((await searchParams)['id']);
  const caller = await serverCaller();
  const [t, desk, history] = await Promise.all([
    getTranslations('cash-out.desk'),
    caller.operator.cashOuts.list(),
    cashOutId === undefined ? null : orNotFound(caller.operator.cashOuts.history({ cashOutId })),
  ]);
  return (
    <Page>
      <DeskTabs current="money" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <NeedsScript />
      {history === null ? null : <CashOutHistory events={history} />}
      {parts.map((part) => (
        <CashOutQueue key={part} part={part} rows={desk[part]} />
      ))}
    </Page>
  );
}

import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { DisputeTable } from '#components/dispute/dispute-table.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { disputesInput } from '#server/payments/disputes/dispute-schema.ts';

const path = '/operator/disputes';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('disputes');
  return { title: t('title') };
}

export default async function DisputesPage({ searchParams }: { searchParams: SearchParams }) {
  await requireOperator();
  const cursor = disputesInput.shape.cursor.safeParse(textOf((await searchParams)['cursor'])).data ?? undefined;
  const caller = await serverCaller();
  const [t, page] = await Promise.all([
    getTranslations('disputes'),
    orNotFound(caller.operator.disputes.list({ cursor })),
  ]);
  return (
    <Page>
      <DeskTabs current="money" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      {page.items.length === 0 ? (
        <EmptyState title={t('empty.title')}>{t('empty.text')}</EmptyState>
      ) : (
        <DisputeTable disputes={page.items} />
      )}
      <Pagination
        label={t('pages.label')}
        first={cursor === undefined ? undefined : { href: path, label: t('pages.first') }}
        next={
          page.nextCursor === null
            ? undefined
            : { href: addressOf(path, { cursor: page.nextCursor }), label: t('pages.next') }
        }
      />
    </Page>
  );
}

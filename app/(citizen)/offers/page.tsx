import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, oneOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { OfferList } from '#components/offer/offer-list.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { offerLists } from '#server/market/offers/offer-schema.ts';
import type { OfferList as List } from '#server/market/offers/offer-schema.ts';

const perPage = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('offer');
  return { title: t('title') };
}

export default async function OffersPage({ searchParams }: { searchParams: SearchParams }) {
  await requireVisitor();
  const query = await searchParams;
  const list = oneOf(textOf(query['tab']), offerLists) ?? 'made';
  const cursor = textOf(query['cursor']);
  const caller = await serverCaller();
  const [t, common, page] = await Promise.all([
    getTranslations('offer'),
    getTranslations('common'),
    orNotFound(caller.offers.list({ list, cursor, limit: perPage })),
  ]);
  const address = (of: List, at?: string) =>
    addressOf('/offers', { tab: of === 'received' ? of : undefined, cursor: at });
  return (
    <Page>
      <BackLink href="/orders">{t('toOrders')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <div className="flex flex-col gap-6">
        <Tabs
          label={t('views')}
          tabs={offerLists.map((of) => ({ href: address(of), label: t(`tab.${of}`), current: of === list }))}
        />
        <OfferList list={list} offers={page.items} />
      </div>
      <Pagination
        label={common('pages')}
        first={cursor === undefined ? undefined : { href: address(list), label: common('firstPage') }}
        next={
          page.nextCursor === null ? undefined : { href: address(list, page.nextCursor), label: common('nextPage') }
        }
      />
    </Page>
  );
}

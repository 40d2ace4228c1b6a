import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { SellTabs } from '#components/dashboard/sell-tabs.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { OwnListingTable } from '#components/sell/own-listing-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

interface SellPageProps {
  searchParams: SearchParams;
}

const listingsPerPage = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('sell');
  return { title: t('title') };
}

export default async function SellPage({ searchParams }: SellPageProps) {
  await requireVisitor();
  const cursor = textOf((await searchParams)['cursor']);
  const caller = await serverCaller();
  const [t, common, imports, page] = await Promise.all([
    getTranslations('sell'),
    getTranslations('common'),
    getTranslations('imports'),
    orNotFound(caller.listings.mine({ cursor, limit: listingsPerPage })),
  ]);
  const newListing = <LinkButton href="/sell/new">{t('newListing')}</LinkButton>;
  const isEmpty = page.items.length === 0;
  return (
    <Page>
      <PageHeading
        title={t('title')}
        actions={
          <>
            <LinkButton href="/sell/import" variant="secondary">
              {imports('link')}
            </LinkButton>
            {isEmpty ? null : newListing}
          </>
        }
      >
        {t.rich('lead', { orders: (words) => <TextLink href="/orders?tab=sold">{words}</TextLink> })}
      </PageHeading>
      <SellTabs current="listings" />
      {isEmpty ? (
        <EmptyState title={t('empty.title')} action={newListing}>
          {t('empty.text')}
        </EmptyState>
      ) : (
        <>
          <NeedsScript />
          <OwnListingTable listings={page.items} />
        </>
      )}
      <Pagination
        label={common('pages')}
        first={cursor === undefined ? undefined : { href: '/sell', label: common('firstPage') }}
        next={
          page.nextCursor === null
            ? undefined
            : { href: addressOf('/sell', { cursor: page.nextCursor }), label: common('nextPage') }
        }
      />
    </Page>
  );
}

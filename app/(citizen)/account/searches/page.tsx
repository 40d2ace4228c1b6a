import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { filterOfQuery, queryOfFilter, readMarketQuery } from '#app/_reading/market-query.ts';
import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { parametersOf, queryAddress } from '#components/market/market-query.ts';
import { SaveSearchForm } from '#components/searches/save-search-form.tsx';
import { SearchList, SellerList } from '#components/searches/search-list.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';

interface SearchesPageProps {
  searchParams: SearchParams;
}

const path = '/account/searches';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('searches');
  return { title: t('title') };
}

export default async function SearchesPage({ searchParams }: SearchesPageProps) {
  await requireVisitor();
  const parameters = await searchParams;
  const query = { ...readMarketQuery(parameters), sort: undefined };
  const cursor = textOf(parameters['cursor']);
  const caller = await serverCaller();
  const [t, account, common, searches, sellers] = await Promise.all([
    getTranslations('searches'),
    getTranslations('account.hub'),
    getTranslations('common'),
    caller.search.saved(),
    orNotFound(caller.storefronts.followed({ cursor })),
  ]);
  const words = parametersOf(query).map(([, value]) => value);
  const browse = <LinkButton href="/market">{common('market')}</LinkButton>;
  return (
    <Page width="wide">
      <BackLink href="/account">{account('title')}</BackLink>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <NeedsScript />
      {words.length === 0 ? null : (
        <section
          aria-labelledby="new-search"
          className="flex flex-col gap-4 rounded-md border border-line bg-surface p-4 sm:p-6"
        >
          <h2 id="new-search" className="text-lg font-semibold">
            {t('newSearch')}
          </h2>
          <SaveSearchForm filter={filterOfQuery(query)} suggestion={query.text ?? words.join(' ')} />
        </section>
      )}
      <section aria-labelledby="searches" className="flex flex-col gap-4">
        <h2 id="searches" className="text-lg font-semibold">
          {t('searches')}
        </h2>
        {searches.length === 0 ? (
          <EmptyState title={t('noSearches')} action={browse} isCompact>
            {t('noSearchesText')}
          </EmptyState>
        ) : (
          <SearchList
            searches={searches.map(({ filter, ...search }) => ({
              ...search,
              href: queryAddress('/market', queryOfFilter(filter)),
            }))}
          />
        )}
      </section>
      <section aria-labelledby="sellers" className="flex flex-col gap-4">
        <h2 id="sellers" className="text-lg font-semibold">
          {t('sellers')}
        </h2>
        {sellers.items.length === 0 ? (
          <EmptyState title={t('noSellers')} action={browse} isCompact>
            {t('noSellersText')}
          </EmptyState>
        ) : (
          <SellerList sellers={sellers.items} />
        )}
        <Pagination
          label={common('pages')}
          first={cursor === undefined ? undefined : { href: path, label: common('firstPage') }}
          next={
            sellers.nextCursor === null
              ? undefined
              : { href: addressOf(path, { cursor: sellers.nextCursor }), label: common('nextPage') }
          }
        />
      </section>
    </Page>
  );
}

import { Bookmark } from 'lucide-react';
import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';

import { languageAlternates, publicPrefix } from '#app/_reading/addresses.ts';
import { facetsOfShown } from '#app/_reading/facets.ts';
import { filterOfQuery, readMarketQuery } from '#app/_reading/market-query.ts';
import { orNotFound } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { WishedListings } from '#app/_people/wished-listings.tsx';
import { readWishes } from '#app/_reading/wishes.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { ClearFold } from '#components/layout/clear-fold.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { queryAddress } from '#components/market/market-query.ts';
import { LinkButton } from '#components/ui/link-button.tsx';

interface MarketPageProps {
  searchParams: SearchParams;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('market');
  return { title: t('title'), description: t('description'), alternates: await languageAlternates() };
}

export default async function MarketPage({ searchParams }: MarketPageProps) {
  const parameters = await searchParams;
  const query = readMarketQuery(parameters);
  const cursor = textOf(parameters['cursor']);
  const filter = filterOfQuery(query);
  const caller = await serverCaller();
  const [prefix, locale, t, page, counted] = await Promise.all([
    publicPrefix(),
    getLocale(),
    getTranslations('market'),
    orNotFound(caller.listings.search({ ...filter, sort: query.sort, cursor })),
    caller.search.facets(filter),
  ]);
  const facets = await facetsOfShown(filter, { page, counted });
  const path = `${prefix}/market`;
  const chosen = facets.categories.find(({ value }) => value === query.category);
  const name = locale === 'it' ? chosen?.nameIt : chosen?.nameEn;
  const wishes = await readWishes(page.items);
  return (
    <Page>
      <ClearFold>
        <PageHeading
          title={name ?? t('title')}
          actions={
            <LinkButton
              href={queryAddress('/account/searches', query)}
              variant="secondary"
              size="small"
              prefetch={false}
              rel="nofollow"
            >
              <Bookmark aria-hidden="true" className="size-icon-sm" />
              {t('keep')}
            </LinkButton>
          }
        >
          {t('description')}
        </PageHeading>
      </ClearFold>
      <WishedListings
        path={path}
        prefix={prefix}
        query={query}
        cursor={cursor}
        page={page}
        facets={facets}
        wishes={wishes}
      />
    </Page>
  );
}

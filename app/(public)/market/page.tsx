import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { languageAlternates, publicPrefix } from '#app/_reading/addresses.ts';
import { orNotFound } from '#app/_reading/reading.ts';
import { addressOf, oneOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { ListingGrid } from '#components/listing/listing-card.tsx';
import { FilterForm } from '#components/market/filter-form.tsx';
import type { MarketFilter } from '#components/market/filter-form.tsx';
import { serverCaller } from '#app/_trpc/server.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { categorySlugs, listingSorts, searchTextLengthMax } from '#server/market/catalogue/catalogue-schema.ts';

interface MarketPageProps {
  searchParams: SearchParams;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('market');
  return { title: t('title'), description: t('description'), alternates: await languageAlternates() };
}

export default async function MarketPage({ searchParams }: MarketPageProps) {
  const query = await searchParams;
  const filter: MarketFilter = {
    text: textOf(query['q'])?.slice(0, searchTextLengthMax),
    category: oneOf(textOf(query['category']), categorySlugs),
    sort: oneOf(textOf(query['sort']), listingSorts),
  };
  const cursor = textOf(query['cursor']);
  const caller = await serverCaller();
  const [prefix, page] = await Promise.all([publicPrefix(), orNotFound(caller.listings.search({ ...filter, cursor }))]);
  const t = await getTranslations('market');
  const common = await getTranslations('common');
  const category = await getTranslations('category');
  const path = `${prefix}/market`;
  const address = (next: string | undefined) =>
    addressOf(path, { q: filter.text, category: filter.category, sort: filter.sort, cursor: next });
  const heading = filter.category === undefined ? t('title') : category(`${filter.category}.name`);
  return (
    <Page>
      <PageHeading title={heading}>
        {filter.category === undefined ? t('description') : category(`${filter.category}.about`)}
      </PageHeading>
      <FilterForm action={path} filter={filter} />
      <section aria-labelledby="results" className="flex flex-col gap-4">
        <h2 id="results" className="font-display text-display-sm font-semibold">
          {filter.text === undefined ? t('results') : t('resultsFor', { text: filter.text })}
        </h2>
        {page.items.length === 0 ? (
          <EmptyState title={t('none')} action={<LinkButton href={path}>{t('clear')}</LinkButton>}>
            {t('noneText')}
          </EmptyState>
        ) : (
          <ListingGrid listings={page.items} prefix={prefix} />
        )}
      </section>
      <Pagination
        label={common('pages')}
        first={cursor === undefined ? undefined : { href: address(undefined), label: common('firstPage') }}
        next={page.nextCursor === null ? undefined : { href: address(page.nextCursor), label: common('nextPage') }}
      />
    </Page>
  );
}

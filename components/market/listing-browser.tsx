import { SlidersHorizontal } from 'lucide-react';
import { useTranslations } from 'next-intl';

import { ListingGrid } from '#components/listing/listing-card.tsx';
import { FacetPanel } from '#components/market/facet-panel.tsx';
import { FilterChips } from '#components/market/filter-chips.tsx';
import { isNarrowed, parametersOf, queryAddress, widened } from '#components/market/market-query.ts';
import type { MarketQuery } from '#components/market/market-query.ts';
import { SearchBar } from '#components/market/search-bar.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { PageWishes } from '#components/wishlist/card-wish.tsx';
import type { Facets, SearchPage } from '#server/market/search/search-schema.ts';

interface ListingBrowserProps {
  /** The address of the page without its query. */
  path: string;
  /** "/it" on pages whose address carries the language. */
  prefix: string;
  query: MarketQuery;
  cursor: string | undefined;
  page: SearchPage;
  facets: Facets;
  /** What its reader wishes for of the page. */
  wishes: PageWishes;
  hasTiers?: boolean;
}

/** Listings with everything by which they are found: words, order, filters with their counts, pages. */
export function ListingBrowser({
  path,
  prefix,
  query,
  cursor,
  page,
  facets,
  wishes,
  hasTiers = true,
}: ListingBrowserProps) {
  const t = useTranslations('market');
  const common = useTranslations('common');
  const chosen = parametersOf(widened(query)).length;
  const narrowing = parametersOf(query).length - chosen;
  const panel = (name: string) => (
    <FacetPanel path={path} query={query} facets={facets} name={name} hasTiers={hasTiers} />
  );
  const meant = page.meant?.isApplied === true ? { ...query, text: page.meant.text } : query;
  const next = page.nextCursor === null ? undefined : queryAddress(path, meant, page.nextCursor);
  return (
    <>
      <SearchBar action={path} query={query} prefix={prefix} />
      <div className="grid items-start gap-6 lg:grid-cols-[240px_minmax(0,1fr)] lg:gap-10">
        <details className="group rounded-md border border-line bg-surface lg:hidden">
          <summary className="flex min-h-control cursor-pointer items-center gap-2 px-4 font-medium">
            <SlidersHorizontal aria-hidden="true" className="size-icon" />
            {t('filters', { count: narrowing })}
          </summary>
          <div className="border-t border-line p-4">{panel('sheet')}</div>
        </details>
        <aside aria-label={t('filterLabel')} className="hidden lg:block">
          {panel('side')}
        </aside>
        <section aria-labelledby="results" className="flex min-w-0 flex-col gap-4">
          <ResultsHeading query={query} facets={facets} page={page} path={path} />
          <FilterChips path={path} query={query} categories={facets.categories} />
          {page.items.length === 0 ? (
            <NothingFound path={path} query={query} />
          ) : (
            <ListingGrid listings={page.items} prefix={prefix} wishes={wishes} isNarrow />
          )}
          <Pagination
            label={common('pages')}
            first={cursor === undefined ? undefined : { href: queryAddress(path, query), label: common('firstPage') }}
            next={next === undefined ? undefined : { href: next, label: common('nextPage') }}
          />
        </section>
      </div>
    </>
  );
}

function ResultsHeading({
  query,
  facets,
  page,
  path,
}: Pick<ListingBrowserProps, 'query' | 'facets' | 'page' | 'path'>) {
  const t = useTranslations('market');
  const { meant } = page;
  const { total } = facets;
  return (
    <>
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <h2 id="results" className="font-display text-display-sm font-semibold wrap-anywhere">
          {query.text === undefined ? t('results') : t('resultsFor', { text: query.text })}
        </h2>
        {meant?.isApplied === true ? null : (
          <p className="figures text-muted">{t(total.isMore ? 'foundMore' : 'found', { count: total.count })}</p>
        )}
      </div>
      {meant === null ? null : (
        <Notice>
          <p>
            {t.rich(meant.isApplied ? 'meantApplied' : 'meant', {
              text: meant.text,
              again: (words) => (
                <TextLink href={queryAddress(path, { ...query, text: meant.text })} prefetch={false}>
                  {words}
                </TextLink>
              ),
            })}
          </p>
        </Notice>
      )}
    </>
  );
}

/** What to do next: without the filters, or everything. */
function NothingFound({ path, query }: { path: string; query: MarketQuery }) {
  const t = useTranslations('market');
  const isWidenable = isNarrowed(query) && query.text !== undefined;
  return (
    <EmptyState
      title={t('none')}
      action={
        <div className="flex flex-wrap justify-center gap-3">
          {isWidenable ? (
            <LinkButton href={queryAddress(path, widened(query))} prefetch={false}>
              {t('widen')}
            </LinkButton>
          ) : null}
          <LinkButton href={path} variant={isWidenable ? 'secondary' : 'primary'} prefetch={false}>
            {t('clear')}
          </LinkButton>
        </div>
      }
    >
      {t('noneText')}
    </EmptyState>
  );
}

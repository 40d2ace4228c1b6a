import { useLocale, useTranslations } from 'next-intl';
import Link from 'next/link';
import type { ReactNode } from 'react';

import { queryAddress } from '#components/market/market-query.ts';
import type { MarketQuery } from '#components/market/market-query.ts';
import { PriceFilter } from '#components/market/price-filter.tsx';
import { classNames } from '#components/ui/class-names.ts';
import type { ListingKind } from '#server/market/catalogue/catalogue-schema.ts';
import type { CategoryFacet, FacetCount, Facets } from '#server/market/search/search-schema.ts';
import type { Tier } from '#server/platform/session.ts';

interface FacetPanelProps {
  path: string;
  query: MarketQuery;
  facets: Facets;
  /** Tells the fields of two panels of one page apart. */
  name: string;
  /** On a seller's page everybody has one tier. */
  hasTiers: boolean;
}

/** What the results can be narrowed to, each choice a link that says how many it shows. */
export function FacetPanel({ path, query, facets, name, hasTiers }: FacetPanelProps) {
  const t = useTranslations('market');
  const tier = useTranslations('tier');
  const { kinds, tiers, ratings, inStock } = facets;
  const address = (changed: Partial<MarketQuery>) => queryAddress(path, { ...query, ...changed });
  return (
    <div className="flex flex-col gap-6">
      <CategoryGroup query={query} categories={facets.categories} address={address} />
      <Group label={t('kind')}>
        {kinds.map(({ value, ...count }) => {
          const [kind, isChosen] = [value as ListingKind, query.kind === value];
          return (
            <Choice key={value} href={address({ kind: isChosen ? undefined : kind })} isChosen={isChosen} count={count}>
              {t(`kinds.${kind}`)}
            </Choice>
          );
        })}
      </Group>
      <PriceFilter action={path} query={query} name={name} />
      {inStock.count > 0 || query.inStock ? (
        <Group label={t('stock')}>
          <Choice href={address({ inStock: !query.inStock })} isChosen={query.inStock} count={inStock}>
            {t('inStock')}
          </Choice>
        </Group>
      ) : null}
      <Group label={t('rating')}>
        {ratings.map(({ value, ...count }) => (
          <Choice
            key={value}
            href={address({ rating: query.rating === value ? undefined : value })}
            isChosen={query.rating === value}
            count={count}
          >
            {t('stars', { stars: value })}
          </Choice>
        ))}
      </Group>
      {hasTiers ? (
        <Group label={t('tier')}>
          {tiers.map(({ value, ...count }) => {
            const each = value as Tier;
            const isChosen = query.tiers.includes(each);
            const chosen = isChosen ? query.tiers.filter((other) => other !== each) : [...query.tiers, each];
            return (
              <Choice key={value} href={address({ tiers: chosen })} isChosen={isChosen} count={count}>
                {tier(each)}
              </Choice>
            );
          })}
        </Group>
      ) : null}
    </div>
  );
}

interface CategoryGroupProps {
  query: MarketQuery;
  categories: readonly CategoryFacet[];
  address: (changed: Partial<MarketQuery>) => string;
}

/** The tree as far as it is open: the top, and what is below what was chosen. */
function CategoryGroup({ query, categories, address }: CategoryGroupProps) {
  const t = useTranslations('market');
  const locale = useLocale();
  const chosen = categories.find(({ value }) => value === query.category);
  const branch = (parent: string | null): ReactNode =>
    categories
      .filter(({ parentSlug }) => parentSlug === parent)
      .map(({ value, nameEn, nameIt, ...count }) => (
        <Choice
          key={value}
          href={address({ category: value === query.category ? undefined : value })}
          isChosen={value === query.category}
          count={count}
          below={isOpen(categories, { value, chosen }) ? branch(value) : null}
        >
          {locale === 'it' ? nameIt : nameEn}
        </Choice>
      ));
  return <Group label={t('category')}>{branch(null)}</Group>;
}

/** Whether the chosen category is this one or below it. */
function isOpen(
  categories: readonly CategoryFacet[],
  { value, chosen }: { value: string; chosen: CategoryFacet | undefined },
): boolean {
  let at = chosen;
  for (let depth = 0; at !== undefined && depth < categories.length; depth += 1) {
    if (at.value === value) return true;
    const parent = at.parentSlug;
    at = categories.find((each) => each.value === parent);
  }
  return false;
}

function Group({ label, children }: { label: string; children: ReactNode }) {
  const isEmpty = Array.isArray(children) && children.length === 0;
  if (isEmpty) return null;
  return (
    <section aria-label={label} className="flex flex-col gap-1">
      <h2 className="text-sm font-semibold">{label}</h2>
      <ul className="flex flex-col">{children}</ul>
    </section>
  );
}

interface ChoiceProps {
  href: string;
  isChosen: boolean;
  count: FacetCount;
  children: ReactNode;
  /** Choices of the next level. */
  below?: ReactNode;
}

function Choice({ href, isChosen, count, children, below = null }: ChoiceProps) {
  const t = useTranslations('market');
  return (
    <li>
      <Link
        href={href}
        prefetch={false}
        rel="nofollow"
        aria-current={isChosen ? 'true' : undefined}
        className={classNames(
          'flex min-h-control items-center justify-between gap-3 rounded-md px-2 transition-colors hover:bg-accent-soft lg:min-h-control-sm',
          isChosen && 'bg-accent-soft font-medium text-accent',
        )}
      >
        <span className="min-w-0 wrap-anywhere">{children}</span>
        <span className="figures shrink-0 text-sm text-muted">
          {t(count.isMore ? 'countMore' : 'count', { count: count.count })}
        </span>
      </Link>
      {below === null ? null : <ul className="ml-3 flex flex-col border-l border-line pl-2">{below}</ul>}
    </li>
  );
}

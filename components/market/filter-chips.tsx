import { X } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import Link from 'next/link';

import { isNarrowed, queryAddress, widened } from '#components/market/market-query.ts';
import type { MarketQuery } from '#components/market/market-query.ts';
import { TextLink } from '#components/ui/text-link.tsx';
import type { CategoryFacet } from '#server/market/search/search-schema.ts';

interface FilterChipsProps {
  path: string;
  query: MarketQuery;
  categories: readonly CategoryFacet[];
}

/** What was chosen, each with a link that takes it back. */
export function FilterChips({ path, query, categories }: FilterChipsProps) {
  const t = useTranslations('market');
  const chips = useChips(query, categories);
  if (!isNarrowed(query)) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <ul aria-label={t('chosen')} className="flex flex-wrap gap-2">
        {chips.map(({ label, without }) => (
          <li key={label}>
            <Link
              href={queryAddress(path, { ...query, ...without })}
              prefetch={false}
              rel="nofollow"
              aria-label={t('remove', { filter: label })}
              className="inline-flex min-h-control-sm items-center gap-2 rounded-md border border-accent bg-accent-soft px-3 text-sm font-medium text-accent transition-colors hover:border-accent-strong hover:text-accent-strong"
            >
              {label}
              <X aria-hidden="true" className="size-icon-sm" />
            </Link>
          </li>
        ))}
      </ul>
      <TextLink href={queryAddress(path, widened(query))} prefetch={false}>
        {t('removeAll')}
      </TextLink>
    </div>
  );
}

interface Chip {
  label: string;
  without: Partial<MarketQuery>;
}

function useChips(query: MarketQuery, categories: readonly CategoryFacet[]): Chip[] {
  const t = useTranslations('market');
  const tier = useTranslations('tier');
  const locale = useLocale();
  const { category, kind, tiers, priceMin, priceMax, rating, inStock, tag } = query;
  const known = categories.find(({ value }) => value === category);
  const name = locale === 'it' ? known?.nameIt : known?.nameEn;
  const found: (Chip | null)[] = [
    category === undefined ? null : { label: name ?? category, without: { category: undefined } },
    kind === undefined ? null : { label: t(`kinds.${kind}`), without: { kind: undefined } },
    priceMin === undefined ? null : { label: t('from', { price: priceMin }), without: { priceMin: undefined } },
    priceMax === undefined ? null : { label: t('upTo', { price: priceMax }), without: { priceMax: undefined } },
    rating === undefined ? null : { label: t('stars', { stars: rating }), without: { rating: undefined } },
    inStock ? { label: t('inStock'), without: { inStock: false } } : null,
    tag === undefined ? null : { label: `#${tag}`, without: { tag: undefined } },
    ...tiers.map((each) => ({ label: tier(each), without: { tiers: tiers.filter((other) => other !== each) } })),
  ];
  return found.filter((chip) => chip !== null);
}

import { useLocale, useTranslations } from 'next-intl';
import Link from 'next/link';

import { Cover } from '#components/listing/cover.tsx';
import { OnItsWay } from '#components/ui/on-its-way.tsx';
import type { CategoryCount } from '#server/market/catalogue/catalogue-schema.ts';

export function CategoryTiles({ categories, prefix }: { categories: readonly CategoryCount[]; prefix: string }) {
  const t = useTranslations('home');
  const category = useTranslations('category');
  const locale = useLocale();
  return (
    <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      {categories.map(({ slug, nameEn, nameIt, listings }) => (
        <li key={slug}>
          <Link
            href={`${prefix}/market?category=${slug}`}
            prefetch={false}
            className="flex h-full items-center gap-4 rounded-md border border-line bg-surface p-3 transition-shadow hover:shadow-raised"
          >
            <span className="block w-[88px] shrink-0 overflow-hidden rounded-md border border-line">
              <Cover category={slug} seed="tile" />
            </span>
            <span className="flex min-w-0 flex-col">
              <span className="font-semibold">{locale === 'it' ? nameIt : nameEn}</span>
              <span className="hidden text-sm text-muted sm:inline">{category(`${slug}.about`)}</span>
              <span className="figures text-sm text-muted">{t('listings', { count: listings })}</span>
            </span>
            <OnItsWay />
          </Link>
        </li>
      ))}
    </ul>
  );
}

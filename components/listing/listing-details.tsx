import { useFormatter, useLocale, useTranslations } from 'next-intl';

import { TextLink } from '#components/ui/text-link.tsx';
import { Figures, type Figure } from '#components/ui/figures.tsx';
import type { ListingView } from '#server/market/catalogue/catalogue-schema.ts';
import type { CategoryAttributeView, CategoryNode } from '#server/market/catalogue/details-schema.ts';

interface DetailsProps {
  listing: Pick<ListingView, 'kind' | 'availability' | 'deliveryDays' | 'categorySlug' | 'attributes' | 'tags'>;
  tree: readonly CategoryNode[];
}

/** What a listing says beside its description: its kind, what a service promises, and the attributes of its trade. */
export function ListingDetails({ listing, tree }: DetailsProps) {
  const t = useTranslations('listing');
  const locale = useLocale();
  const attribute = useAttributeText();
  const asked = tree.find(({ slug }) => slug === listing.categorySlug)?.attributes ?? [];
  const figures: Figure[] = [{ key: 'kind', label: t('kind'), value: t(`kinds.${listing.kind}`) }];
  if (listing.availability !== null)
    figures.push({ key: 'availability', label: t('availability'), value: listing.availability });
  if (listing.deliveryDays !== null)
    figures.push({ key: 'days', label: t('delivery'), value: t('deliveryDays', { count: listing.deliveryDays }) });
  for (const each of asked) {
    const value = listing.attributes[each.key];
    if (value === undefined) continue;
    const label = locale === 'it' ? each.nameIt : each.nameEn;
    figures.push({ key: `attribute-${each.key}`, label, value: attribute(each, value) });
  }
  return (
    <section aria-labelledby="details" className="flex flex-col gap-2">
      <h2 id="details" className="text-lg font-semibold">
        {t('details')}
      </h2>
      <Figures figures={figures} />
      {listing.tags.length === 0 ? null : (
        <ul aria-label={t('tags')} className="flex flex-wrap gap-2 pt-1">
          {listing.tags.map((tag) => (
            <li key={tag} className="rounded-md border border-line bg-sunken px-2 text-sm break-all text-muted">
              {tag}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function useAttributeText() {
  const format = useFormatter();
  const locale = useLocale();
  return ({ choices, unit, key }: CategoryAttributeView, value: string | number): string => {
    if (typeof value === 'number') {
      // A year is not written with a sign between its thousands.
      const figure = format.number(value, { maximumFractionDigits: 2, useGrouping: key !== 'year' });
      return unit === null ? figure : `${figure} ${unit}`;
    }
    const choice = choices.find((each) => each.value === value);
    if (choice === undefined) return value;
    return locale === 'it' ? choice.nameIt : choice.nameEn;
  };
}

/** The way from the trade at the top down to a listing's own. */
export function CategoryPath({ slug, tree, prefix }: { slug: string; tree: readonly CategoryNode[]; prefix: string }) {
  const t = useTranslations('listing');
  const locale = useLocale();
  const path = pathOfCategory(slug, tree);
  return (
    <nav aria-label={t('categoryPath')}>
      <ol className="flex flex-wrap items-center gap-x-2">
        {path.map((node, index) => (
          <li key={node.slug} className="flex items-center gap-x-2">
            {index === 0 ? null : <span aria-hidden="true">›</span>}
            <TextLink href={`${prefix}/market?category=${node.slug}`} prefetch={false} isInRow>
              {locale === 'it' ? node.nameIt : node.nameEn}
            </TextLink>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** A category with all above it, from the top. */
export function pathOfCategory(slug: string, tree: readonly CategoryNode[]): CategoryNode[] {
  const path: CategoryNode[] = [];
  for (let at = tree.find((node) => node.slug === slug); at !== undefined;) {
    path.unshift(at);
    const { parentSlug } = at;
    at = tree.find((node) => node.slug === parentSlug);
  }
  return path;
}

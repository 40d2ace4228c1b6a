import { useTranslations } from 'next-intl';

import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { categorySlugs, listingSorts } from '#server/market/catalogue/catalogue-schema.ts';
import type { CategorySlug, ListingSort } from '#server/market/catalogue/catalogue-schema.ts';

export interface MarketFilter {
  text: string | undefined;
  category: CategorySlug | undefined;
  sort: ListingSort | undefined;
}

/** Words, trade and order of the results, as a plain form whose address can be shared. */
export function FilterForm({ action, filter }: { action: string; filter: MarketFilter }) {
  const t = useTranslations('market');
  const category = useTranslations('category');
  const isFiltered = filter.text !== undefined || filter.category !== undefined;
  return (
    <form
      action={action}
      method="get"
      role="search"
      className="grid grid-cols-2 items-end gap-3 rounded-md border border-line bg-surface p-4 lg:grid-cols-[2fr_1fr_1fr_auto] lg:gap-4"
    >
      <div className="col-span-2 lg:col-span-1">
        <Field id="market-text" label={t('searchLabel')}>
          {(control) => <Input {...control} type="search" name="q" defaultValue={filter.text ?? ''} maxLength={200} />}
        </Field>
      </div>
      <Field id="market-category" label={t('category')}>
        {(control) => (
          <Select {...control} name="category" defaultValue={filter.category ?? ''}>
            <option value="">{t('allCategories')}</option>
            {categorySlugs.map((slug) => (
              <option key={slug} value={slug}>
                {category(`${slug}.name`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field id="market-sort" label={t('sort')}>
        {(control) => (
          <Select {...control} name="sort" defaultValue={filter.sort ?? 'newest'}>
            {listingSorts.map((sort) => (
              <option key={sort} value={sort}>
                {t(`sorts.${sort}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="col-span-2 flex items-center gap-4 lg:col-span-1">
        <Button type="submit">{t('show')}</Button>
        {isFiltered ? (
          <TextLink href={action} prefetch={false}>
            {t('clear')}
          </TextLink>
        ) : null}
      </div>
    </form>
  );
}

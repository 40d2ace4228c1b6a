import { useTranslations } from 'next-intl';

import { parametersOf } from '#components/market/market-query.ts';
import type { MarketQuery } from '#components/market/market-query.ts';
import { SearchField } from '#components/market/search-field.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Select } from '#components/ui/select.tsx';
import { listingSorts } from '#server/market/search/search-schema.ts';

interface SearchBarProps {
  action: string;
  query: MarketQuery;
  prefix: string;
}

/** Words and order of the results, as a plain form whose address can be shared; filters chosen before stay. */
export function SearchBar({ action, query, prefix }: SearchBarProps) {
  const t = useTranslations('market');
  const others = parametersOf(query).filter(([name]) => name !== 'q' && name !== 'sort');
  const sort = query.sort ?? (query.text === undefined ? 'newest' : 'relevance');
  return (
    <form
      action={action}
      method="get"
      role="search"
      className="grid grid-cols-[1fr_auto] items-end gap-3 rounded-md border border-line bg-surface p-4 md:grid-cols-[2fr_1fr_auto] md:gap-4"
    >
      <div className="col-span-2 md:col-span-1">
        <Field id="market-text" label={t('searchLabel')}>
          {(control) => <SearchField key={query.text} control={control} initial={query.text ?? ''} prefix={prefix} />}
        </Field>
      </div>
      <Field id="market-sort" label={t('sort')}>
        {(control) => (
          <Select {...control} name="sort" key={sort} defaultValue={sort}>
            {listingSorts.map((each) => (
              <option key={each} value={each}>
                {t(`sorts.${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {others.map(([name, value]) => (
        <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
      ))}
      <Button type="submit">{t('show')}</Button>
    </form>
  );
}

import { useTranslations } from 'next-intl';

import { parametersOf } from '#components/market/market-query.ts';
import type { MarketQuery } from '#components/market/market-query.ts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';

interface PriceFilterProps {
  action: string;
  query: MarketQuery;
  /** Tells the fields of two panels of one page apart. */
  name: string;
}

/** From and to in ducats, as a plain form; everything else that was chosen stays. */
export function PriceFilter({ action, query, name }: PriceFilterProps) {
  const t = useTranslations('market');
  const others = parametersOf(query).filter(([parameter]) => parameter !== 'min' && parameter !== 'max');
  const bounds = [
    { parameter: 'min', label: t('priceMin'), value: query.priceMin },
    { parameter: 'max', label: t('priceMax'), value: query.priceMax },
  ];
  return (
    <form action={action} method="get" aria-label={t('price')} className="flex flex-col gap-2">
      <h2 className="text-sm font-semibold">{t('price')}</h2>
      <div className="grid grid-cols-2 items-end gap-2">
        {bounds.map(({ parameter, label, value }) => (
          <Field key={parameter} id={`${name}-${parameter}`} label={label}>
            {(control) => (
              <Input
                {...control}
                key={value}
                name={parameter}
                inputMode="decimal"
                defaultValue={value ?? ''}
                maxLength={15}
                figures
              />
            )}
          </Field>
        ))}
        <div className="col-span-2">
          <Button type="submit" variant="secondary" size="small" wide>
            {t('apply')}
          </Button>
        </div>
      </div>
      {others.map(([parameter, value]) => (
        <input key={`${parameter} ${value}`} type="hidden" name={parameter} value={value} />
      ))}
    </form>
  );
}

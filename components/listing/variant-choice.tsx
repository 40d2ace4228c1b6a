'use client';

import { useTranslations } from 'next-intl';

import { Field } from '#components/ui/field.tsx';
import { Select } from '#components/ui/select.tsx';
import type { ListingOption, VariantView } from '#server/market/catalogue/catalogue-schema.ts';

/** One value for each option, or empty where none is chosen yet. */
export type ChosenValues = readonly string[];

/** The variant that these values name; undefined while there is none such. */
export function variantOf(variants: readonly VariantView[], chosen: ChosenValues): VariantView | undefined {
  return variants.find(({ values }) => values.every((value, index) => value === chosen[index]));
}

/** Values that still can be had together with all the other choices. */
export function valuesLeft(variants: readonly VariantView[], chosen: ChosenValues, option: number): Set<string> {
  const fits = ({ values, stock }: VariantView) =>
    stock !== 0 && values.every((value, index) => index === option || chosen[index] === '' || value === chosen[index]);
  return new Set(variants.filter(fits).flatMap(({ values }) => values[option] ?? []));
}

interface VariantChoiceProps {
  options: readonly ListingOption[];
  variants: readonly VariantView[];
  chosen: ChosenValues;
  onChoose: (chosen: ChosenValues) => void;
  disabled: boolean;
}

/** A list for each option; what cannot be had with the rest is marked, but can be chosen to change one's mind. */
export function VariantChoice({ options, variants, chosen, onChoose, disabled }: VariantChoiceProps) {
  const t = useTranslations('listing.buy');
  return options.map(({ name, values }, option) => {
    const left = valuesLeft(variants, chosen, option);
    return (
      <Field key={name} id={`option-${String(option)}`} label={name}>
        {(control) => (
          <Select
            {...control}
            disabled={disabled}
            value={chosen[option] ?? ''}
            onChange={(event) => {
              onChoose(
                options.map((_option, index) => (index === option ? event.target.value : (chosen[index] ?? ''))),
              );
            }}
          >
            <option value="">{t('chooseOption', { option: name })}</option>
            {values.map((value) => (
              <option key={value} value={value}>
                {left.has(value) ? value : t('notLeft', { value })}
              </option>
            ))}
          </Select>
        )}
      </Field>
    );
  });
}

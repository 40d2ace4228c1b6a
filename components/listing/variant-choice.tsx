'use client';

import { useTranslations } from 'next-intl';

import { Field } from '#components/ui/field.tsx';
import { Select } from '#components/ui/select.tsx';
import type { ListingOption, ListingView, VariantView } from '#server/market/catalogue/catalogue-schema.ts';

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

/** Nothing chosen, but where an option leaves no choice. */
export function firstChoice(options: ListingView['options']): ChosenValues {
  return options.map(({ values }) => (values.length === 1 ? (values[0] ?? '') : ''));
}

/** Why what is chosen cannot be bought yet. */
export function choiceProblem(
  { options }: Pick<ListingView, 'options'>,
  { chosen, variant }: { chosen: ChosenValues; variant: VariantView | undefined },
): 'choose' | 'noSuch' | 'variantSoldOut' | null {
  if (options.length === 0) return null;
  if (chosen.includes('')) return 'choose';
  if (variant === undefined) return 'noSuch';
  return variant.stock === 0 ? 'variantSoldOut' : null;
}

interface VariantChoiceProps {
  options: readonly ListingOption[];
  variants: readonly VariantView[];
  chosen: ChosenValues;
  onChoose: (chosen: ChosenValues) => void;
  disabled: boolean;
  /** Tells two choices of one page apart. */
  idPrefix?: string;
}

/** A list for each option; what cannot be had with the rest is marked, but can be chosen to change one's mind. */
export function VariantChoice(props: VariantChoiceProps) {
  const { options, variants, chosen, onChoose, disabled, idPrefix = 'option' } = props;
  const t = useTranslations('listing.buy');
  return options.map(({ name, values }, option) => {
    const left = valuesLeft(variants, chosen, option);
    return (
      <Field key={name} id={`${idPrefix}-${String(option)}`} label={name}>
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

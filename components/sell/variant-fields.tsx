'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import type { FieldsProps } from '#components/sell/listing-fields.tsx';
import { useProblemText } from '#components/sell/use-problem-text.ts';
import {
  combinationsOf,
  emptyOption,
  keyOf,
  newVariant,
  optionsOf,
  type OptionDraft,
  type VariantDraft,
} from '#components/sell/variant-draft.ts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { optionsMax } from '#server/market/catalogue/catalogue-schema.ts';

/** What buyers choose among, and for every combination its price and stock. */
export function VariantFields({ draft, problems, onChange }: FieldsProps) {
  const t = useTranslations('sell.form');
  const problem = useProblemText()(problems.options);
  const { options } = draft;
  const combinations = combinationsOf(options);
  const setOption = (index: number, changed: Partial<OptionDraft>) => {
    onChange({ options: options.map((option, at) => (at === index ? { ...option, ...changed } : option)) });
  };
  return (
    <fieldset className="flex min-w-0 flex-col gap-4">
      <legend className="pb-1 text-lg font-semibold">{t('variants')}</legend>
      <p className="text-sm text-muted">{t('variantsHint')}</p>
      {options.map((option, index) => (
        <OptionRow
          key={index}
          option={option}
          number={index + 1}
          onChange={(changed) => setOption(index, changed)}
          onRemove={() => onChange({ options: options.filter((_option, at) => at !== index) })}
        />
      ))}
      {problem === undefined ? null : <p className="text-sm font-medium text-danger">{problem}</p>}
      {options.length < optionsMax ? (
        <div>
          <Button variant="secondary" size="small" onClick={() => onChange({ options: [...options, emptyOption] })}>
            {t('addOption')}
          </Button>
        </div>
      ) : null}
      {optionsOf(options).length === 0 ? null : (
        <ul className="flex flex-col gap-4">
          {combinations.map((values) => (
            <VariantRow
              key={keyOf(values)}
              values={values}
              variant={draft.variants[keyOf(values)] ?? newVariant}
              usualPrice={draft.price}
              onChange={(changed) => {
                const current = draft.variants[keyOf(values)] ?? newVariant;
                onChange({ variants: { ...draft.variants, [keyOf(values)]: { ...current, ...changed } } });
              }}
            />
          ))}
        </ul>
      )}
    </fieldset>
  );
}

interface OptionRowProps {
  option: OptionDraft;
  number: number;
  onChange: (changed: Partial<OptionDraft>) => void;
  onRemove: () => void;
}

function OptionRow({ option, number, onChange, onRemove }: OptionRowProps) {
  const t = useTranslations('sell.form');
  return (
    <div className="grid items-end gap-3 sm:grid-cols-[1fr_2fr_auto]">
      <Field id={`option-name-${String(number)}`} label={t('optionName', { number })}>
        {(control) => (
          <Input
            {...control}
            {...(number === 1 ? { name: 'options' } : {})}
            autoComplete="off"
            placeholder={t('optionNameExample')}
            value={option.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field id={`option-values-${String(number)}`} label={t('optionValues', { number })}>
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            placeholder={t('optionValuesExample')}
            value={option.values}
            onChange={(event) => onChange({ values: event.target.value })}
          />
        )}
      </Field>
      <Button variant="secondary" aria-label={t('removeOption', { number })} onClick={onRemove}>
        {t('remove')}
      </Button>
    </div>
  );
}

interface VariantRowProps {
  values: readonly string[];
  variant: VariantDraft;
  usualPrice: string;
  onChange: (changed: Partial<VariantDraft>) => void;
}

function VariantRow({ values, variant, usualPrice, onChange }: VariantRowProps) {
  const t = useTranslations('sell.form');
  const name = values.join(' / ');
  const number = { figures: true, autoComplete: 'off', disabled: !variant.isOffered } as const;
  return (
    <li className="grid items-center gap-x-3 gap-y-2 border-t border-line pt-4 grid-cols-2 sm:grid-cols-[2fr_1fr_1fr]">
      <label className="col-span-2 flex min-h-control items-center gap-3 break-words sm:col-span-1">
        <input
          type="checkbox"
          checked={variant.isOffered}
          onChange={(event) => onChange({ isOffered: event.target.checked })}
          className="size-icon shrink-0 accent-accent"
        />
        <span className="min-w-0">{name}</span>
      </label>
      <Captioned caption={t('variantPriceShort')}>
        <Input
          {...number}
          inputMode="decimal"
          aria-label={t('variantPrice', { name })}
          placeholder={usualPrice === '' ? t('variantPriceShort') : usualPrice}
          value={variant.price}
          onChange={(event) => onChange({ price: event.target.value })}
        />
      </Captioned>
      <Captioned caption={t('variantStockCaption')}>
        <Input
          {...number}
          inputMode="numeric"
          aria-label={t('variantStock', { name })}
          placeholder={t('variantStockShort')}
          value={variant.stock}
          onChange={(event) => onChange({ stock: event.target.value })}
        />
      </Captioned>
    </li>
  );
}

/** What a field of a row is, for the eye; its whole name says of what. */
function Captioned({ caption, children }: { caption: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden="true" className="text-xs text-muted">
        {caption}
      </span>
      {children}
    </div>
  );
}

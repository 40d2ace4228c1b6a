'use client';

import { useLocale, useTranslations } from 'next-intl';

import type { DraftField, DraftProblem, ListingDraft } from '#components/sell/listing-draft.ts';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import {
  categorySlugs,
  listingDescriptionLength,
  listingTitleLength,
  priceMinorMax,
  stockMax,
} from '#server/market/catalogue/catalogue-schema.ts';
import { formatAmount } from '#server/money/money.ts';

interface FieldsProps {
  draft: ListingDraft;
  onChange: (changed: Partial<ListingDraft>) => void;
}

/** Title, description, trade and price. */
export function TermsFields({
  draft,
  problems,
  onChange,
}: FieldsProps & { problems: Partial<Record<DraftField, DraftProblem>> }) {
  const t = useTranslations('sell.form');
  const category = useTranslations('category');
  const problemText = useProblemText();
  return (
    <>
      <Field
        id="listing-title"
        label={t('title')}
        hint={t('titleHint', listingTitleLength)}
        error={problemText(problems.title, listingTitleLength)}
      >
        {(control) => (
          <Input
            {...control}
            name="title"
            autoComplete="off"
            value={draft.title}
            onChange={(event) => onChange({ title: event.target.value })}
          />
        )}
      </Field>
      <Field
        id="listing-description"
        label={t('description')}
        hint={t('descriptionHint')}
        error={problemText(problems.description, listingDescriptionLength)}
      >
        {(control) => (
          <Textarea
            {...control}
            name="description"
            rows={8}
            value={draft.description}
            onChange={(event) => onChange({ description: event.target.value })}
          />
        )}
      </Field>
      <Field id="listing-category" label={t('category')} error={problemText(problems.category)}>
        {(control) => (
          <Select
            {...control}
            name="category"
            value={draft.category}
            onChange={(event) => onChange({ category: event.target.value })}
          >
            <option value="">{t('categoryEmpty')}</option>
            {categorySlugs.map((slug) => (
              <option key={slug} value={slug}>
                {category(`${slug}.name`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field id="listing-price" label={t('price')} hint={t('priceHint')} error={problemText(problems.price)}>
        {(control) => (
          <Input
            {...control}
            name="price"
            figures
            inputMode="decimal"
            autoComplete="off"
            value={draft.price}
            onChange={(event) => onChange({ price: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

/** A number of units, or as many as anyone asks for. */
export function StockField({ draft, problem, onChange }: FieldsProps & { problem: DraftProblem | undefined }) {
  const t = useTranslations('sell.form');
  const problemText = useProblemText();
  return (
    <div className="flex flex-col gap-3">
      <label className="flex min-h-control items-center gap-3">
        <input
          type="checkbox"
          name="unlimited"
          checked={draft.isUnlimited}
          onChange={(event) => onChange({ isUnlimited: event.target.checked })}
          className="size-icon shrink-0 accent-accent"
        />
        {t('unlimited')}
      </label>
      {draft.isUnlimited ? null : (
        <Field id="listing-stock" label={t('stock')} hint={t('stockHint')} error={problemText(problem)}>
          {(control) => (
            <Input
              {...control}
              name="stock"
              figures
              inputMode="numeric"
              autoComplete="off"
              value={draft.stock}
              onChange={(event) => onChange({ stock: event.target.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}

function useProblemText() {
  const t = useTranslations('sell.problem');
  const locale = useLocale();
  const ducats = (minor: bigint) => formatAmount(minor, 'DUCAT', { locale, trimWhole: true });
  return (problem: DraftProblem | undefined, length = { min: 0, max: 0 }): string | undefined => {
    switch (problem) {
      case undefined:
        return undefined;
      case 'too_short':
      case 'too_long':
        return t(problem, length);
      case 'price':
        return t(problem, { least: ducats(1n), most: ducats(priceMinorMax) });
      case 'stock':
        return t(problem, { max: stockMax });
      default:
        return t(problem);
    }
  };
}

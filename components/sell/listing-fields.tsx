'use client';

import { useLocale, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import type { DraftProblems, ListingDraft } from '#components/sell/listing-draft.ts';
import { useProblemText } from '#components/sell/use-problem-text.ts';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import {
  listingDescriptionLength,
  listingKinds,
  listingTitleLength,
  type ListingKind,
} from '#server/market/catalogue/catalogue-schema.ts';
import type { CategoryNode } from '#server/market/catalogue/details-schema.ts';

export interface FieldsProps {
  draft: ListingDraft;
  problems: DraftProblems;
  onChange: (changed: Partial<ListingDraft>) => void;
}

/** Title, description, kind and trade. */
export function TermsFields({ draft, problems, tree, onChange }: FieldsProps & { tree: readonly CategoryNode[] }) {
  const t = useTranslations('sell.form');
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
      <KindField kind={draft.kind} onChange={(kind) => onChange({ kind })} />
      <Field id="listing-category" label={t('category')} error={problemText(problems.category)}>
        {(control) => (
          <Select
            {...control}
            name="category"
            value={draft.category}
            onChange={(event) => onChange({ category: event.target.value })}
          >
            <option value="">{t('categoryEmpty')}</option>
            <CategoryOptions tree={tree} />
          </Select>
        )}
      </Field>
    </>
  );
}

function KindField({ kind, onChange }: { kind: ListingKind; onChange: (kind: ListingKind) => void }) {
  const t = useTranslations('sell.form');
  return (
    <Field id="listing-kind" label={t('kind')} hint={t(`kindHint.${kind}`)}>
      {(control) => (
        <Select
          {...control}
          name="kind"
          value={kind}
          onChange={(event) => onChange(listingKinds.find((each) => each === event.target.value) ?? 'goods')}
        >
          {listingKinds.map((each) => (
            <option key={each} value={each}>
              {t(`kinds.${each}`)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** A group for every trade at the top, beginning with the trade itself. */
function CategoryOptions({ tree }: { tree: readonly CategoryNode[] }): ReactNode {
  const isItalian = useLocale() === 'it';
  const nameOf = ({ nameEn, nameIt }: CategoryNode) => (isItalian ? nameIt : nameEn);
  return tree
    .filter(({ parentSlug }) => parentSlug === null)
    .map((top) => (
      <optgroup key={top.slug} label={nameOf(top)}>
        {tree
          .filter(({ slug }) => slug === top.slug || slug.startsWith(`${top.slug}-`))
          .map((node) => (
            <option key={node.slug} value={node.slug}>
              {nameOf(node)}
            </option>
          ))}
      </optgroup>
    ));
}

/** Price and stock of something without variants. */
export function PriceFields({ draft, problems, onChange }: FieldsProps) {
  const t = useTranslations('sell.form');
  const problemText = useProblemText();
  return (
    <>
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
      {draft.kind === 'digital' ? null : <StockField draft={draft} problems={problems} onChange={onChange} />}
    </>
  );
}

/** A number of units, or as many as anyone asks for. */
function StockField({ draft, problems, onChange }: FieldsProps) {
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
        <Field id="listing-stock" label={t('stock')} hint={t('stockHint')} error={problemText(problems.stock)}>
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

'use client';

import { useLocale, useTranslations } from 'next-intl';

import type { FieldsProps } from '#components/sell/listing-fields.tsx';
import { useProblemText } from '#components/sell/use-problem-text.ts';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { sellerKeyLength } from '#server/market/catalogue/catalogue-schema.ts';
import { availabilityLength, tagsMax, type CategoryAttributeView } from '#server/market/catalogue/details-schema.ts';

/** When a service is to be had, and how long it takes. */
export function ServiceFields({ draft, problems, onChange }: FieldsProps) {
  const t = useTranslations('sell.form');
  const problemText = useProblemText();
  return (
    <>
      <Field
        id="listing-availability"
        label={t('availability')}
        hint={t('availabilityHint')}
        error={problemText(problems.availability, availabilityLength)}
      >
        {(control) => (
          <Input
            {...control}
            name="availability"
            autoComplete="off"
            value={draft.availability}
            onChange={(event) => onChange({ availability: event.target.value })}
          />
        )}
      </Field>
      <Field
        id="listing-days"
        label={t('deliveryDays')}
        hint={t('optional')}
        error={problemText(problems.deliveryDays)}
      >
        {(control) => (
          <Input
            {...control}
            name="deliveryDays"
            figures
            inputMode="numeric"
            autoComplete="off"
            value={draft.deliveryDays}
            onChange={(event) => onChange({ deliveryDays: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

const acceptances = ['inherit', 'yes', 'no'] as const;

/** How its orders are taken on; what is digital accepts itself. */
export function AcceptanceField({ draft, onChange }: Omit<FieldsProps, 'problems'>) {
  const t = useTranslations('sell.form');
  const chosen = draft.acceptsItself === null ? 'inherit' : draft.acceptsItself ? 'yes' : 'no';
  return (
    <Field id="listing-acceptance" label={t('acceptance')} hint={t('acceptanceHint')}>
      {(control) => (
        <Select
          {...control}
          name="acceptsItself"
          value={chosen}
          onChange={({ target }) =>
            onChange({ acceptsItself: target.value === 'inherit' ? null : target.value === 'yes' })
          }
        >
          {acceptances.map((each) => (
            <option key={each} value={each}>
              {t(`acceptances.${each}`)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** Tags, and what the trade asks; all of it may stay empty. */
export function DetailFields({
  draft,
  problems,
  asked,
  onChange,
}: FieldsProps & { asked: readonly CategoryAttributeView[] }) {
  const t = useTranslations('sell.form');
  const problemText = useProblemText();
  const attributesProblem = problemText(problems.attributes);
  return (
    <fieldset className="flex min-w-0 flex-col gap-4">
      <legend className="pb-3 text-lg font-semibold">{t('details')}</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        {asked.map((attribute) => (
          <AttributeField
            key={attribute.key}
            attribute={attribute}
            value={draft.attributes[attribute.key] ?? ''}
            onType={(value) => onChange({ attributes: { ...draft.attributes, [attribute.key]: value } })}
          />
        ))}
      </div>
      {attributesProblem === undefined ? null : <p className="text-sm font-medium text-danger">{attributesProblem}</p>}
      <Field
        id="listing-tags"
        label={t('tags')}
        hint={t('tagsHint', { max: tagsMax })}
        error={problemText(problems.tags)}
      >
        {(control) => (
          <Input
            {...control}
            name="tags"
            autoComplete="off"
            value={draft.tags}
            onChange={(event) => onChange({ tags: event.target.value })}
          />
        )}
      </Field>
    </fieldset>
  );
}

/** What the seller calls it themselves. */
export function SellerKeyField({ draft, problems, onChange }: FieldsProps) {
  const t = useTranslations('sell.form');
  const problemText = useProblemText();
  return (
    <Field
      id="listing-seller-key"
      label={t('sellerKey')}
      hint={t('sellerKeyHint')}
      error={problemText(problems.sellerKey, sellerKeyLength)}
    >
      {(control) => (
        <Input
          {...control}
          name="sellerKey"
          autoComplete="off"
          value={draft.sellerKey}
          onChange={(event) => onChange({ sellerKey: event.target.value })}
        />
      )}
    </Field>
  );
}

interface AttributeFieldProps {
  attribute: CategoryAttributeView;
  value: string;
  onType: (value: string) => void;
}

function AttributeField({ attribute, value, onType }: AttributeFieldProps) {
  const t = useTranslations('sell.form');
  const isItalian = useLocale() === 'it';
  const { key, nameEn, nameIt, kind, choices, unit } = attribute;
  const name = isItalian ? nameIt : nameEn;
  return (
    <Field id={`attribute-${key}`} label={unit === null ? name : `${name} (${unit})`}>
      {(control) =>
        kind === 'choice' ? (
          <Select {...control} value={value} onChange={(event) => onType(event.target.value)}>
            <option value="">{t('notSaid')}</option>
            {choices.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {isItalian ? choice.nameIt : choice.nameEn}
              </option>
            ))}
          </Select>
        ) : (
          <Input
            {...control}
            figures={kind === 'number'}
            inputMode={kind === 'number' ? 'decimal' : 'text'}
            autoComplete="off"
            value={value}
            onChange={(event) => onType(event.target.value)}
          />
        )
      }
    </Field>
  );
}

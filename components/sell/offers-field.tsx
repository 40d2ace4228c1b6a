'use client';

import { useTranslations } from 'next-intl';

import type { FieldsProps } from '#components/sell/listing-fields.tsx';

/** Whether citizens may offer another price. */
export function OffersField({ draft, onChange }: Pick<FieldsProps, 'draft' | 'onChange'>) {
  const t = useTranslations('sell.form');
  return (
    <div className="flex flex-col">
      <label className="flex min-h-control items-center gap-3">
        <input
          type="checkbox"
          name="takesOffers"
          checked={draft.takesOffers}
          aria-describedby="listing-offers-hint"
          onChange={(event) => onChange({ takesOffers: event.target.checked })}
          className="size-icon shrink-0 accent-accent"
        />
        {t('takesOffers')}
      </label>
      <p id="listing-offers-hint" className="text-sm text-muted">
        {t('takesOffersHint')}
      </p>
    </div>
  );
}

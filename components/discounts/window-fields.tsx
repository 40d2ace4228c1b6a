import { useTranslations } from 'next-intl';

import type { WindowDraft } from '#components/discounts/discount-draft.ts';
import { TextField } from '#components/discounts/text-field.tsx';

interface WindowFieldsProps {
  draft: WindowDraft;
  /** What is wrong with a field, in words. */
  problemOf: (field: 'startsAt' | 'endsAt') => string | undefined;
  onChange: (changed: Partial<WindowDraft>) => void;
}

/** From when until when. */
export function WindowFields({ draft, problemOf, onChange }: WindowFieldsProps) {
  const t = useTranslations('discounts.form');
  return (
    <div className="grid gap-6 sm:grid-cols-2">
      <TextField
        name="startsAt"
        type="datetime-local"
        label={t('startsAt')}
        hint={t('startsAtHint')}
        error={problemOf('startsAt')}
        value={draft.startsAt}
        onType={(startsAt) => onChange({ startsAt })}
      />
      <TextField
        name="endsAt"
        type="datetime-local"
        label={t('endsAt')}
        hint={t('time')}
        error={problemOf('endsAt')}
        value={draft.endsAt}
        onType={(endsAt) => onChange({ endsAt })}
      />
    </div>
  );
}

import { useTranslations } from 'next-intl';

import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Select } from '#components/ui/select.tsx';
import { refundStates } from '#server/payments/refunds/refund-schema.ts';
import type { RefundState } from '#server/payments/refunds/refund-schema.ts';

/** Shows refunds of one state only. */
export function StateFilter({ state }: { state: RefundState | undefined }) {
  const t = useTranslations('refund');
  return (
    <form action="/operator/refunds" method="get" className="flex max-w-form flex-wrap items-end gap-3">
      <div className="min-w-0 flex-1">
        <Field id="refund-state" label={t('list.filter')}>
          {(control) => (
            <Select {...control} name="state" defaultValue={state ?? ''}>
              <option value="">{t('list.all')}</option>
              {refundStates.map((known) => (
                <option key={known} value={known}>
                  {t(`states.${known}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Button type="submit" variant="secondary">
        {t('list.show')}
      </Button>
    </form>
  );
}

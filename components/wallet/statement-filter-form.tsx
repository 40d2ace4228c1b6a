import { useTranslations } from 'next-intl';

import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { isBackwards, isFiltered, statementGroups } from '#components/wallet/statement-filter.ts';
import type { StatementFilter } from '#components/wallet/statement-filter.ts';

/** Kinds and period of the statement, as a plain form whose address can be kept. */
export function StatementFilterForm({ action, filter }: { action: string; filter: StatementFilter }) {
  const t = useTranslations('wallet.filter');
  return (
    <form
      action={action}
      method="get"
      aria-label={t('label')}
      className="grid items-start gap-4 rounded-md border border-line bg-surface p-4 sm:grid-cols-2 lg:grid-cols-[2fr_1fr_1fr_auto]"
    >
      <Field id="statement-group" label={t('group')}>
        {(control) => (
          <Select {...control} name="group" defaultValue={filter.group ?? ''}>
            <option value="">{t('all')}</option>
            {statementGroups.map((group) => (
              <option key={group} value={group}>
                {t(`groups.${group}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field id="statement-from" label={t('from')}>
        {(control) => <Input {...control} type="date" name="from" defaultValue={filter.from ?? ''} />}
      </Field>
      <Field id="statement-to" label={t('to')} error={isBackwards(filter) ? t('backwards') : undefined}>
        {(control) => <Input {...control} type="date" name="to" defaultValue={filter.to ?? ''} />}
      </Field>
      <div className="flex items-center gap-4 lg:pt-6">
        <Button type="submit" variant="secondary">
          {t('apply')}
        </Button>
        {isFiltered(filter) ? (
          <TextLink href={action} prefetch={false}>
            {t('clear')}
          </TextLink>
        ) : null}
      </div>
    </form>
  );
}

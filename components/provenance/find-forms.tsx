import { useTranslations } from 'next-intl';

import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';

export const findKinds = ['serial', 'source', 'account'] as const;
export type FindKind = (typeof findKinds)[number];

interface FindFormsProps {
  action: string;
  /** What was asked. */
  asked: Readonly<Partial<Record<FindKind, string | undefined>>>;
}

/** One form per thing that can be followed; they work without JavaScript. */
export function FindForms({ action, asked }: FindFormsProps) {
  const t = useTranslations('provenance.desk.find');
  return (
    <div className="grid gap-6 lg:grid-cols-3">
      {findKinds.map((kind) => (
        <form key={kind} action={action} method="get" className="flex items-end gap-3">
          <div className="min-w-0 flex-1">
            <Field id={`find-${kind}`} label={t(kind)} hint={t(`${kind}Hint`)}>
              {(control) => (
                <Input
                  {...control}
                  name={kind}
                  defaultValue={asked[kind]}
                  required
                  autoCapitalize="none"
                  {...(kind === 'serial' ? { inputMode: 'numeric' as const } : {})}
                />
              )}
            </Field>
          </div>
          <Button type="submit" variant="secondary">
            {t('show')}
          </Button>
        </form>
      ))}
    </div>
  );
}

'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { NumberFields, problemsOf, useNumberForm } from '#components/operator/number-fields.tsx';
import { limitSpecs } from '#components/operator/trust-specs.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { changeTrustLimitsInput } from '#server/api/schema.ts';
import type { EarnedLevel, TrustLimits } from '#server/citizens/trust-rules.ts';

/** What one level allows, to be changed by an admin. */
export function TrustLimitsForm({ level, limits }: { level: EarnedLevel; limits: TrustLimits }) {
  const t = useTranslations('trust.desk.limits');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [isChecked, setChecked] = useState(false);
  const form = useNumberForm(limitSpecs, limits);
  const done = () => {
    setChecked(false);
    toast({ tone: 'success', text: t('done', { level }) });
    refresh();
  };
  const save = useStepUpMutation(trpc.operator.trust.setLimits.mutationOptions({ onSuccess: done }));
  const parsed = changeTrustLimitsInput.safeParse({ level, limits: form.values() });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (parsed.success && !save.isPending) save.mutate(parsed.data);
  };
  return (
    <ReadyForm onSubmit={submit} className="flex flex-col gap-4">
      <NumberFields
        id={`limits-${String(level)}`}
        form={form}
        label={(name) => t(name)}
        hint={(name) => (name === 'listingsMax' ? t('listingsHint') : undefined)}
        problems={problemsOf(parsed, isChecked)}
        problemText={t('problem')}
      />
      {save.isError ? <Notice tone="danger" title={refusalText(save.error)} live /> : null}
      <div>
        <Button type="submit" pending={save.isPending || isRefreshing}>
          {t('save', { level })}
        </Button>
      </div>
    </ReadyForm>
  );
}

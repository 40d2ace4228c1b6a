'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { NumberFields, problemsOf, useNumberForm } from '#components/operator/number-fields.tsx';
import { gateSpecs } from '#components/operator/trust-specs.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { trustGatesInput } from '#server/api/schema.ts';
import type { TrustGates } from '#server/citizens/trust-rules.ts';

/** What the levels ask for and how long setbacks last, to be changed by an admin. */
export function TrustGatesForm({ gates }: { gates: TrustGates }) {
  const t = useTranslations('trust.desk.gates');
  const limits = useTranslations('trust.desk.limits');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [isChecked, setChecked] = useState(false);
  const form = useNumberForm(gateSpecs, gates);
  const done = () => {
    setChecked(false);
    toast({ tone: 'success', text: t('done') });
    refresh();
  };
  const save = useStepUpMutation(trpc.operator.trust.setGates.mutationOptions({ onSuccess: done }));
  const parsed = trustGatesInput.safeParse(form.values());
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (parsed.success && !save.isPending) save.mutate(parsed.data);
  };
  return (
    <ReadyForm onSubmit={submit} className="flex flex-col gap-4">
      <NumberFields
        id="gates"
        form={form}
        label={(name) => t(name)}
        problems={problemsOf(parsed, isChecked)}
        problemText={limits('problem')}
      />
      {save.isError ? <Notice tone="danger" title={refusalText(save.error)} live /> : null}
      <div>
        <Button type="submit" pending={save.isPending || isRefreshing}>
          {t('save')}
        </Button>
      </div>
    </ReadyForm>
  );
}

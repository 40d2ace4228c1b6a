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
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Select } from '#components/ui/select.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { assignTrustInput } from '#server/api/schema.ts';
import type { TrustLimits } from '#server/citizens/trust-rules.ts';

const levels = ['0', '1', '2', '3', '4'] as const;
const back = 'back';

interface TrustAssignFormProps {
  username: string;
  name: string;
  /** What a new contract begins with. */
  contract: TrustLimits;
}

/** Sets a citizen's level, with a reason that is kept for good and, for level 4, the contract's numbers. */
export function TrustAssignForm({ username, name, contract }: TrustAssignFormProps) {
  const t = useTranslations('trust.desk.assign');
  const limits = useTranslations('trust.desk.limits');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [level, setLevel] = useState('1');
  const [reason, setReason] = useState('');
  const [isChecked, setChecked] = useState(false);
  const form = useNumberForm(limitSpecs, contract);
  const done = ({ released }: { released: number }) => {
    setReason('');
    setChecked(false);
    const text = released === 0 ? t('done', { name }) : t('doneReleased', { name, count: released });
    toast({ tone: 'success', text });
    refresh();
  };
  const assign = useStepUpMutation(trpc.operator.trust.assign.mutationOptions({ onSuccess: done }));
  const parsed = assignTrustInput.safeParse({
    username,
    level: level === back ? null : Number.parseInt(level, 10),
    contract: level === '4' ? form.values() : null,
    reason,
  });
  const problems = problemsOf(parsed, isChecked);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (parsed.success && !assign.isPending) assign.mutate(parsed.data);
  };
  return (
    <ReadyForm onSubmit={submit} className="flex max-w-form flex-col gap-4">
      <LevelChoice level={level} onLevel={setLevel} />
      {level === '4' ? (
        <fieldset className="flex min-w-0 flex-col gap-4">
          <legend className="mb-3 font-medium">{t('contract')}</legend>
          <NumberFields
            id="contract"
            form={form}
            label={(field) => limits(field)}
            hint={(field) => (field === 'listingsMax' ? limits('listingsHint') : undefined)}
            problems={problems}
            problemText={limits('problem')}
          />
        </fieldset>
      ) : null}
      <Field
        id="assign-reason"
        label={t('reason')}
        hint={t('reasonHint')}
        error={problems.has('reason') ? t('reasonProblem') : undefined}
      >
        {(control) => (
          <Textarea {...control} rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />
        )}
      </Field>
      {assign.isError ? <Notice tone="danger" title={refusalText(assign.error)} live /> : null}
      <div>
        <Button type="submit" pending={assign.isPending || isRefreshing}>
          {t('submit')}
        </Button>
      </div>
    </ReadyForm>
  );
}

function LevelChoice({ level, onLevel }: { level: string; onLevel: (level: string) => void }) {
  const t = useTranslations('trust');
  return (
    <Field id="assign-level" label={t('desk.assign.level')}>
      {(control) => (
        <Select {...control} value={level} onChange={({ target }) => onLevel(target.value)}>
          {levels.map((each) => (
            <option key={each} value={each}>
              {t(`level.${each}`)}
            </option>
          ))}
          <option value={back}>{t('desk.assign.back')}</option>
        </Select>
      )}
    </Field>
  );
}

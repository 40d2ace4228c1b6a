'use client';

import { useTranslations } from 'next-intl';

import { FigureField } from '#components/form/figure-field.tsx';
import type { StepDraft } from '#components/sell/listing-draft.ts';
import type { FieldsProps } from '#components/sell/listing-fields.tsx';
import { useProblemText } from '#components/sell/use-problem-text.ts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { quantityStepsMax } from '#server/market/discounts/step-schema.ts';

const emptyStep: StepDraft = { from: '', percent: '' };

/** From how many on each costs how much less. */
export function StepFields({ draft, problems, onChange }: FieldsProps) {
  const t = useTranslations('sell.form');
  const problem = useProblemText()(problems.steps);
  const { steps } = draft;
  const setStep = (index: number, changed: Partial<StepDraft>) => {
    onChange({ steps: steps.map((step, at) => (at === index ? { ...step, ...changed } : step)) });
  };
  return (
    <fieldset className="flex min-w-0 flex-col gap-4">
      <legend className="pb-1 text-lg font-semibold">{t('steps')}</legend>
      <p className="text-sm text-muted">{t('stepsHint', { max: quantityStepsMax })}</p>
      {steps.map((step, index) => (
        <StepRow
          key={index}
          step={step}
          number={index + 1}
          onChange={(changed) => setStep(index, changed)}
          onRemove={() => onChange({ steps: steps.filter((_step, at) => at !== index) })}
        />
      ))}
      {problem === undefined ? null : <p className="text-sm font-medium text-danger">{problem}</p>}
      {steps.length < quantityStepsMax ? (
        <div>
          <Button variant="secondary" size="small" onClick={() => onChange({ steps: [...steps, emptyStep] })}>
            {t('addStep')}
          </Button>
        </div>
      ) : null}
    </fieldset>
  );
}

interface StepRowProps {
  step: StepDraft;
  number: number;
  onChange: (changed: Partial<StepDraft>) => void;
  onRemove: () => void;
}

function StepRow({ step, number, onChange, onRemove }: StepRowProps) {
  const t = useTranslations('sell.form');
  return (
    <div className="grid items-end gap-3 sm:grid-cols-[1fr_1fr_auto]">
      <Field id={`step-from-${String(number)}`} label={t('stepFrom', { number })}>
        {(control) => (
          <Input
            {...control}
            {...(number === 1 ? { name: 'steps' } : {})}
            figures
            inputMode="numeric"
            autoComplete="off"
            value={step.from}
            onChange={(event) => onChange({ from: event.target.value })}
          />
        )}
      </Field>
      <FigureField
        id={`step-percent-${String(number)}`}
        label={t('stepPercent', { number })}
        text={step.percent}
        onText={(percent) => onChange({ percent })}
      />
      <Button variant="secondary" aria-label={t('removeStep', { number })} onClick={onRemove}>
        {t('remove')}
      </Button>
    </div>
  );
}

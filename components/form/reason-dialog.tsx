'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import type { z } from '#server/platform/zod.ts';

export interface DecisionDialogProps {
  /** Sets the field of one dialog apart from those of others on the page. */
  id: string;
  open: boolean;
  title: string;
  text: string;
  submitLabel: string;
  isDangerous: boolean;
  pending: boolean;
  error: unknown;
  onClose: () => void;
  onSubmit: (reason: string) => void;
}

interface ReasonDialogProps extends DecisionDialogProps {
  /** What is asked for, and what of it is accepted. */
  reason: { label: string; hint: string; problem: string; back: string; schema: z.ZodType<string> };
}

/** Says what a decision does, takes the words that are kept with it, and decides. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { id, open, title, text, submitLabel, isDangerous, pending, error, onClose, onSubmit, reason } = props;
  const common = useTranslations('common');
  const refusalText = useRefusalText();
  const [written, setWritten] = useState('');
  const [isChecked, setChecked] = useState(false);
  const input = reason.schema.safeParse(written);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (input.success && !pending) onSubmit(input.data);
  };
  return (
    <Dialog open={open} onClose={onClose} title={title} closeLabel={common('close')}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-6">
        <p>{text}</p>
        <Field
          id={`reason-${id}`}
          label={reason.label}
          hint={reason.hint}
          error={isChecked && !input.success ? reason.problem : undefined}
        >
          {(control) => (
            <Textarea {...control} rows={3} value={written} onChange={({ target }) => setWritten(target.value)} />
          )}
        </Field>
        {error === null ? null : <Notice tone="danger" title={refusalText(error)} live />}
        <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
          <Button variant="secondary" onClick={onClose}>
            {reason.back}
          </Button>
          <Button type="submit" variant={isDangerous ? 'danger' : 'primary'} pending={pending}>
            {submitLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

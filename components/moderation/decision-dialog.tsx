'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { decisionReason } from '#server/market/people/people-schema.ts';

interface DecisionDialogProps {
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

/** Says what a decision does, takes the reason that is kept with it, and decides. */
export function DecisionDialog(props: DecisionDialogProps) {
  const { id, open, title, text, submitLabel, isDangerous, pending, error, onClose, onSubmit } = props;
  const t = useTranslations('moderation.decide');
  const common = useTranslations('common');
  const refusalText = useRefusalText();
  const [reason, setReason] = useState('');
  const [isChecked, setChecked] = useState(false);
  const input = decisionReason.safeParse(reason);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (input.success && !pending) onSubmit(input.data);
  };
  return (
    <Dialog open={open} onClose={onClose} title={title} closeLabel={common('close')}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-6">
        <p>{text}</p>
        <Field
          id={`reason-${id}`}
          label={t('reason')}
          hint={t('hint')}
          error={isChecked && !input.success ? t('problem') : undefined}
        >
          {(control) => <Input {...control} value={reason} onChange={({ target }) => setReason(target.value)} />}
        </Field>
        {error === null ? null : <Notice tone="danger" title={refusalText(error)} live />}
        <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
          <Button variant="secondary" onClick={onClose}>
            {t('back')}
          </Button>
          <Button type="submit" variant={isDangerous ? 'danger' : 'primary'} pending={pending}>
            {submitLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

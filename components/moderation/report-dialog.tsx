'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Select } from '#components/ui/select.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { reportInput, reportReasons } from '#server/market/people/people-schema.ts';
import type { ReportReason, SubjectKind } from '#server/market/people/people-schema.ts';

interface ReportDialogProps {
  subjectKind: SubjectKind;
  subjectId: string;
  open: boolean;
  onClose: () => void;
}

/** Why, in a word and in words. It brings the schema library along, and is loaded when it is asked for. */
export function ReportDialog(props: ReportDialogProps) {
  const { subjectKind, subjectId, open, onClose } = props;
  const t = useTranslations('moderation');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const [reason, setReason] = useState<ReportReason>('scam');
  const [text, setText] = useState('');
  const [isChecked, setChecked] = useState(false);
  const input = reportInput.safeParse({ subjectKind, subjectId, reason, text });
  const file = useMutation(
    trpc.reports.file.mutationOptions({
      onSuccess: () => {
        toast({ tone: 'success', text: t('report.done') });
        onClose();
      },
    }),
  );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (input.success && !file.isPending) file.mutate(input.data);
  };
  return (
    <Dialog open={open} onClose={onClose} title={t(`report.${subjectKind}`)} closeLabel={common('close')}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <p>{t('report.text')}</p>
        <Field id={`reason-${subjectKind}-${subjectId}`} label={t('report.reason')}>
          {(control) => (
            <Select {...control} value={reason} onChange={({ target }) => setReason(target.value as ReportReason)}>
              {reportReasons.map((each) => (
                <option key={each} value={each}>
                  {t(`reasons.${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          id={`report-${subjectKind}-${subjectId}`}
          label={t('report.words')}
          hint={t('report.hint')}
          error={isChecked && !input.success ? t('report.problem') : undefined}
        >
          {(control) => (
            <Textarea {...control} rows={4} value={text} onChange={({ target }) => setText(target.value)} />
          )}
        </Field>
        {file.isError ? <Notice tone="danger" title={refusalText(file.error)} live /> : null}
        <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
          <Button variant="secondary" onClick={onClose}>
            {t('report.back')}
          </Button>
          <Button type="submit" variant="danger" pending={file.isPending}>
            {t('report.send')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

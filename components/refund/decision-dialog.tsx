'use client';

import { useTranslations } from 'next-intl';

import { ReasonDialog, type DecisionDialogProps } from '#components/form/reason-dialog.tsx';
import { refundNote } from '#server/payments/refunds/refund-schema.ts';

/** A decision about money that goes back, with the note that is kept with it. */
export function DecisionDialog(props: DecisionDialogProps) {
  const t = useTranslations('refund');
  const form = { label: t('form.note'), hint: t('form.noteHint'), problem: t('form.noteProblem') };
  return <ReasonDialog {...props} reason={{ ...form, back: t('reviews.back'), schema: refundNote }} />;
}

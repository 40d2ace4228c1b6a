'use client';

import { useTranslations } from 'next-intl';

import { ReasonDialog, type DecisionDialogProps } from '#components/form/reason-dialog.tsx';
import { decisionReason } from '#server/market/people/people-schema.ts';

/** A decision about something reported, with the reason that is kept with it. */
export function DecisionDialog(props: DecisionDialogProps) {
  const t = useTranslations('moderation.decide');
  const words = { label: t('reason'), hint: t('hint'), problem: t('problem'), back: t('back') };
  return <ReasonDialog {...props} reason={{ ...words, schema: decisionReason }} />;
}

'use client';

import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';

import type { QueuedCashOut } from '#components/cash-out/cash-out-queue.tsx';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { rejectCashOutInput } from '#server/payments/cash-outs/cash-out-schema.ts';

/** An operator's yes, or their no with a reason that the citizen reads. */
export function CashOutDecide({ row }: { row: Pick<QueuedCashOut, 'id' | 'needsAnother'> }) {
  const t = useTranslations('cash-out.desk');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [isRejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState('');
  const [isChecked, setChecked] = useState(false);
  const approve = useStepUpMutation(trpc.operator.cashOuts.approve.mutationOptions({ onSettled: refresh }));
  const reject = useStepUpMutation(trpc.operator.cashOuts.reject.mutationOptions({ onSettled: refresh }));
  const form = useRef<HTMLSpanElement>(null);
  const isBusy = approve.isPending || reject.isPending || isRefreshing;
  const isValid = rejectCashOutInput.shape.reason.safeParse(reason).success;
  const failure = approve.error ?? reject.error;
  /** Asks for the reason first; then rejects with it. */
  const no = () => {
    if (!isRejecting) {
      flushSync(() => setRejecting(true));
      form.current?.querySelector('textarea')?.focus();
      return;
    }
    showMistakes(form.current, () => setChecked(true));
    if (isValid && !isBusy) reject.mutate({ cashOutId: row.id, reason: reason.trim() });
  };
  if (row.needsAnother) return <span className="text-sm text-muted">{t('another')}</span>;
  return (
    <span ref={form} className="flex flex-col gap-2">
      {isRejecting ? (
        <Field
          id={`reason-${row.id}`}
          label={t('reason')}
          hint={t('reasonHint')}
          error={isChecked && !isValid ? t('reasonShort') : undefined}
        >
          {(control) => (
            <Textarea {...control} rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
          )}
        </Field>
      ) : null}
      <span className="flex flex-wrap gap-2">
        {isRejecting ? null : (
          <Button
            disabled={!hydrated}
            pending={approve.isPending}
            onClick={() => {
              if (!isBusy) approve.mutate({ cashOutId: row.id });
            }}
          >
            {t('approve')}
          </Button>
        )}
        <Button variant="secondary" disabled={!hydrated} pending={reject.isPending} onClick={no}>
          {t('reject')}
        </Button>
        {isRejecting ? (
          <Button variant="secondary" disabled={!hydrated} onClick={() => setRejecting(false)}>
            {common('cancel')}
          </Button>
        ) : null}
      </span>
      {failure === null ? null : <Notice tone="danger" title={refusalText(failure)} live />}
    </span>
  );
}

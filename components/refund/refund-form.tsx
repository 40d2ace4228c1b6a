'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { RefundConfirm } from '#components/refund/refund-confirm.tsx';
import type { RefundQuote } from '#components/refund/refund-confirm.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Select } from '#components/ui/select.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { formatAmount, parseTypedAmount } from '#server/money/money.ts';
import { refundNote, refundPolicies, refundReasons } from '#server/payments/refunds/refund-schema.ts';
import type { RefundPolicy, RefundReason } from '#server/payments/refunds/refund-schema.ts';

interface Fields {
  amount: string;
  reason: RefundReason;
  policy: RefundPolicy;
  note: string;
}

const blank: Fields = { amount: '', reason: 'requested_by_customer', policy: 'refuse', note: '' };

/** Asks how much and why, shows the figures, and refunds once they are confirmed. */
export function RefundForm({ topUpId, leftMinor }: { topUpId: string; leftMinor: bigint }) {
  const t = useTranslations('refund.form');
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const refusalText = useRefusalText();
  const [fields, setFields] = useState(blank);
  const [isChecked, setChecked] = useState(false);
  const [quote, setQuote] = useState<RefundQuote | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const left = formatAmount(leftMinor, 'USD', { locale });
  const isWhole = fields.amount.trim() === '';
  const priceMinor = isWhole ? null : parseTypedAmount(fields.amount);
  const isAmountWrong = !isWhole && (priceMinor === null || priceMinor < 1n || priceMinor > leftMinor);
  const isNoteWrong = !refundNote.safeParse(fields.note).success;
  const check = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    setFailure(null);
    if (isAmountWrong || isNoteWrong) return;
    try {
      const options = trpc.operator.refunds.quote.queryOptions({ topUpId, priceMinor });
      setQuote(await queries.query(options));
    } catch (error) {
      setFailure(error);
    }
  };
  const set = (name: keyof Fields) => (event: { target: { value: string } }) =>
    setFields({ ...fields, [name]: event.target.value });
  return (
    <ReadyForm onSubmit={(event) => void check(event)} className="flex max-w-form flex-col gap-4">
      <NeedsScript />
      <Field
        id="refund-amount"
        label={t('amount')}
        hint={t('amountHint', { left })}
        error={isChecked && isAmountWrong ? t('amountProblem', { left }) : undefined}
      >
        {(control) => <Input {...control} figures inputMode="decimal" value={fields.amount} onChange={set('amount')} />}
      </Field>
      <Field id="refund-reason" label={t('reason')}>
        {(control) => (
          <Select {...control} value={fields.reason} onChange={set('reason')}>
            {refundReasons.map((reason) => (
              <option key={reason} value={reason}>
                {t(`reasons.${reason}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field id="refund-policy" label={t('policy')}>
        {(control) => (
          <Select {...control} value={fields.policy} onChange={set('policy')}>
            {refundPolicies.map((policy) => (
              <option key={policy} value={policy}>
                {t(`policies.${policy}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field
        id="refund-note"
        label={t('note')}
        hint={t('noteHint')}
        error={isChecked && isNoteWrong ? t('noteProblem') : undefined}
      >
        {(control) => <Textarea {...control} rows={3} value={fields.note} onChange={set('note')} />}
      </Field>
      {failure === null ? null : <Notice tone="danger" title={refusalText(failure)} live />}
      <div>
        <Button type="submit">{t('check')}</Button>
      </div>
      <RefundConfirm
        quote={quote}
        request={{ topUpId, priceMinor, reason: fields.reason, policy: fields.policy, note: fields.note.trim() }}
        onClose={() => setQuote(null)}
        onDone={() => {
          setQuote(null);
          setChecked(false);
          setFields(blank);
        }}
      />
    </ReadyForm>
  );
}

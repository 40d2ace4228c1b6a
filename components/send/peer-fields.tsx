'use client';

import { useTranslations } from 'next-intl';

import { FigureField } from '#components/form/figure-field.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { recipientName, sendNote, sentAmount } from '#server/market/peer-transfers/peer-transfer-schema.ts';
import { parseTypedAmount } from '#server/money/money.ts';

/** What somebody has written so far: who, how much, what for. */
export interface PeerTexts {
  username: string;
  amount: string;
  note: string;
}

export interface PeerWish {
  username: string;
  amountMinor: bigint;
  note: string | null;
}

/** What the texts ask for; null while one of them says nothing that could be sent. */
export function wishOf(texts: PeerTexts): PeerWish | null {
  const username = recipientName.safeParse(texts.username);
  const amountMinor = sentAmount.safeParse(parseTypedAmount(texts.amount));
  const note = sendNote.safeParse(texts.note.trim() === '' ? null : texts.note);
  if (!username.success || !amountMinor.success || !note.success) return null;
  return { username: username.data, amountMinor: amountMinor.data, note: note.data };
}

interface PeerFieldsProps {
  texts: PeerTexts;
  /** They were asked for already: what is missing is now a mistake. */
  isChecked: boolean;
  /** Tells two forms of one page apart. */
  prefix: string;
  onChange: (texts: PeerTexts) => void;
}

/** The three fields by which ducats are sent or asked for. */
export function PeerFields({ texts, isChecked, prefix, onChange }: PeerFieldsProps) {
  const t = useTranslations('send.fields');
  const isName = recipientName.safeParse(texts.username).success;
  const isAmount = sentAmount.safeParse(parseTypedAmount(texts.amount)).success;
  const isNote = texts.note.trim() === '' || sendNote.safeParse(texts.note).success;
  return (
    <>
      <Field
        id={`${prefix}-name`}
        label={t('username')}
        hint={t('usernameHint')}
        error={isChecked && !isName ? t('usernameMalformed') : undefined}
      >
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={64}
            value={texts.username}
            onChange={(event) => onChange({ ...texts, username: event.target.value })}
          />
        )}
      </Field>
      <FigureField
        id={`${prefix}-amount`}
        label={t('amount')}
        error={isChecked && !isAmount ? t('amountMalformed') : undefined}
        text={texts.amount}
        onText={(amount) => onChange({ ...texts, amount })}
      />
      <Field
        id={`${prefix}-note`}
        label={t('note')}
        hint={t('noteHint')}
        error={isChecked && !isNote ? t('noteMalformed') : undefined}
      >
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            maxLength={140}
            value={texts.note}
            onChange={(event) => onChange({ ...texts, note: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

'use client';

import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';

import { showMistakes } from '#components/form/show-mistakes.ts';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { giftNoteLength, recipientNameLengthMax } from '#server/market/gifts/gift-length-schema.ts';

interface GiftChoice {
  /** For whom it is bought; null for oneself, and undefined while nobody is named yet. */
  gift: { username: string; note: string | null } | null | undefined;
  fields: ReactNode;
  /** Shows that nobody is named yet, and puts the focus where to name somebody. */
  check: () => void;
}

/** Whether what is bought is a gift, for whom, and a line to go with it; `more` asks what of it. */
export function useGift(more?: ReactNode): GiftChoice {
  const t = useTranslations('gift.choose');
  const hydrated = useHydrated();
  const [isGift, setGift] = useState(false);
  const [username, setUsername] = useState('');
  const [note, setNote] = useState('');
  const [isChecked, setChecked] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const [name, words] = [username.trim(), note.trim()];
  const named = name === '' ? undefined : { username: name, note: words === '' ? null : words };
  const fields = (
    <div ref={box} className="flex flex-col gap-4">
      <label className="flex min-h-control items-center gap-3">
        <input
          type="checkbox"
          checked={isGift}
          disabled={!hydrated}
          onChange={({ target }) => setGift(target.checked)}
          className="size-icon shrink-0 accent-accent"
        />
        {t('label')}
      </label>
      {isGift ? (
        <>
          {more}
          <Field
            id="gift-for"
            label={t('username')}
            hint={t('usernameHint')}
            error={isChecked && name === '' ? t('usernameMissing') : undefined}
          >
            {(control) => (
              <Input
                {...control}
                value={username}
                maxLength={recipientNameLengthMax}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                onChange={({ target }) => setUsername(target.value)}
              />
            )}
          </Field>
          <Field id="gift-note" label={t('note')} hint={t('noteHint')}>
            {(control) => (
              <Input
                {...control}
                value={note}
                maxLength={giftNoteLength.max}
                autoComplete="off"
                onChange={({ target }) => setNote(target.value)}
              />
            )}
          </Field>
        </>
      ) : null}
    </div>
  );
  return { gift: isGift ? named : null, fields, check: () => showMistakes(box.current, () => setChecked(true)) };
}

'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { couponCodeLength, couponCodeOf } from '#server/market/discounts/coupon-code-schema.ts';

interface CouponEntryProps {
  id: string;
  label: string;
  button: string;
  isBusy: boolean;
  /** Why the last code was not taken. */
  refusal: string | undefined;
  onCode: (code: string) => void;
}

/** A field for a code. Enter in it looks the code up, and does nothing else where it stands in a form. */
export function CouponEntry({ id, label, button, isBusy, refusal, onCode }: CouponEntryProps) {
  const problems = useTranslations('discounts.problem');
  const hydrated = useHydrated();
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const look = () => {
    const code = couponCodeOf(text);
    setWrong(code === null);
    if (code !== null && !isBusy) onCode(code);
  };
  return (
    <Field id={id} label={label} error={isWrong ? problems('code', couponCodeLength) : refusal}>
      {(control) => (
        <div className="flex max-w-form gap-2">
          <Input
            {...control}
            disabled={!hydrated}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={couponCodeLength.max}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              look();
            }}
          />
          <span className="shrink-0 whitespace-nowrap">
            <Button variant="secondary" disabled={!hydrated || text.trim() === ''} pending={isBusy} onClick={look}>
              {button}
            </Button>
          </span>
        </div>
      )}
    </Field>
  );
}

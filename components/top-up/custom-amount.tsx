'use client';

import { useLocale, useTranslations } from 'next-intl';
import type { Ref } from 'react';

import { outcomeOf } from '#components/errors/outcome.ts';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import type { TopUpOffers } from '#components/top-up/offers.ts';
import type { CustomQuote } from '#components/top-up/use-custom-quote.ts';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { formatAmount } from '#server/money/money.ts';

interface CustomAmountProps {
  offers: Pick<TopUpOffers, 'customMinorMin' | 'customMinorMax'>;
  text: string;
  onText: (text: string) => void;
  custom: CustomQuote;
  /** Payment was asked for already: an empty field is now a mistake. */
  isMissed: boolean;
  inputRef: Ref<HTMLInputElement>;
}

export function CustomAmount({ offers, text, onText, custom, isMissed, inputRef }: CustomAmountProps) {
  const t = useTranslations('top-up');
  const locale = useLocale();
  const refusalText = useRefusalText();
  const dollars = (minor: bigint) => formatAmount(minor, 'USD', { locale, trimWhole: true });
  const range = { min: dollars(offers.customMinorMin), max: dollars(offers.customMinorMax) };
  const problem = (): string | undefined => {
    switch (custom.state) {
      case 'empty':
        return isMissed ? t('amountMissing') : undefined;
      case 'malformed':
        return t('amountMalformed');
      case 'out_of_range':
        return t('amountOutOfRange', range);
      case 'refused':
        return outcomeOf(custom.error).code === 'amount_out_of_range'
          ? t('amountOutOfRange', range)
          : refusalText(custom.error);
      case 'waiting':
      case 'quoted':
        return undefined;
    }
  };
  return (
    <Field id="top-up-amount" label={t('amount')} hint={t('amountHint', range)} error={problem()}>
      {(control) => (
        <Input
          {...control}
          ref={inputRef}
          figures
          inputMode="decimal"
          autoComplete="off"
          maxLength={20}
          value={text}
          onChange={(event) => onText(event.target.value)}
        />
      )}
    </Field>
  );
}

'use client';

import { useTranslations } from 'next-intl';

import { FigureField } from '#components/form/figure-field.tsx';
import { Amount } from '#components/money/amount.tsx';
import { namedNote, namedPrice, namedQuantity, termsOf, type OfferTexts } from '#components/offer/offer-texts.ts';
import { Field } from '#components/ui/field.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Input } from '#components/ui/input.tsx';

interface OfferFieldsProps {
  texts: OfferTexts;
  /** What the seller asks for one. */
  askedMinor: bigint;
  /** As many as can be had. */
  most: number;
  /** They were sent already: what is missing is now a mistake. */
  isChecked: boolean;
  onChange: (texts: OfferTexts) => void;
}

/** Price, number and note, with the asking price beside and what it comes to below. */
export function OfferFields({ texts, askedMinor, most, isChecked, onChange }: OfferFieldsProps) {
  const t = useTranslations('offer.fields');
  const isPrice = namedPrice(texts.price, askedMinor) !== null;
  const isQuantity = namedQuantity(texts.quantity, most) !== null;
  const isNote = namedNote(texts.note) !== undefined;
  const terms = termsOf(texts, { askedMinor, most });
  const amount = (minor: bigint) => <Amount asset="DUCAT" minor={minor} />;
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <FigureField
          id="offer-price"
          label={t('price')}
          hint={t.rich('asked', { amount: () => amount(askedMinor) })}
          error={isChecked && !isPrice ? t('priceWrong') : undefined}
          text={texts.price}
          onText={(price) => onChange({ ...texts, price })}
        />
        <Field
          id="offer-quantity"
          label={t('quantity')}
          hint={t('most', { count: most })}
          error={isChecked && !isQuantity ? t('quantityWrong', { max: most }) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              figures
              inputMode="numeric"
              autoComplete="off"
              maxLength={3}
              value={texts.quantity}
              onChange={(event) => onChange({ ...texts, quantity: event.target.value })}
            />
          )}
        </Field>
      </div>
      <Field
        id="offer-note"
        label={t('note')}
        hint={t('noteHint')}
        error={isChecked && !isNote ? t('noteWrong') : undefined}
      >
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            maxLength={200}
            value={texts.note}
            onChange={(event) => onChange({ ...texts, note: event.target.value })}
          />
        )}
      </Field>
      {terms === null ? null : (
        <Figures
          figures={[
            { key: 'total', label: t('total'), value: amount(terms.unitPriceMinor * BigInt(terms.quantity)) },
            { key: 'instead', label: t('instead'), value: amount(askedMinor * BigInt(terms.quantity)) },
          ]}
        />
      )}
    </>
  );
}

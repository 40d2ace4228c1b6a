'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useGift } from '#components/gift/use-gift.tsx';
import { Field } from '#components/ui/field.tsx';
import { Select } from '#components/ui/select.tsx';
import type { CheckOutInput } from '#server/market/cart/cart-schema.ts';
import type { PartyView } from '#server/market/schema.ts';

const everything = 'everything';

interface CartGiftChoice {
  /** What goes to whom, by seller; undefined while nobody is named yet. */
  gifts: NonNullable<CheckOutInput['gifts']> | undefined;
  fields: ReactNode;
  check: () => void;
}

/** Whether the cart is a gift: all of it, or what comes from one of its sellers. */
export function useCartGift(sellers: readonly PartyView[]): CartGiftChoice {
  const t = useTranslations('cart.gift');
  const [chosen, setChosen] = useState(everything);
  // Whose things were taken out of the cart since cannot be chosen any more.
  const part = sellers.some(({ citizenId }) => citizenId === chosen) ? chosen : everything;
  const what =
    sellers.length < 2 ? null : (
      <Field id="gift-part" label={t('part')}>
        {(control) => (
          <Select {...control} value={part} onChange={({ target }) => setChosen(target.value)}>
            <option value={everything}>{t('everything')}</option>
            {sellers.map(({ citizenId, displayName }) => (
              <option key={citizenId} value={citizenId}>
                {t('from', { name: displayName })}
              </option>
            ))}
          </Select>
        )}
      </Field>
    );
  const { gift, fields, check } = useGift(what);
  const given = sellers.filter(({ citizenId }) => part === everything || citizenId === part);
  const gifts = gift && given.map(({ citizenId: sellerId }) => ({ sellerId, ...gift }));
  return { gifts: gift === null ? [] : (gifts ?? undefined), fields, check };
}

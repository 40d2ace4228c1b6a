'use client';

import { useTranslations } from 'next-intl';

import { useCartChange } from '#components/cart/use-cart-change.ts';
import { Amount } from '#components/money/amount.tsx';
import { Button } from '#components/ui/button.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { CartItemView } from '#server/market/cart/cart-schema.ts';

/** Why an item cannot be bought as it stands, and what mends it. */
export function ItemProblem({ item }: { item: CartItemView }) {
  const t = useTranslations('cart.problem');
  if (item.problem === null) return null;
  const { code } = item.problem;
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-md bg-danger-soft p-3">
      <p className="min-w-0 flex-1 basis-[180px] text-sm font-medium text-danger">
        {t.rich(code, {
          stock: item.stock ?? 0,
          before: () => <Amount asset="DUCAT" minor={item.seenUnitPriceMinor} isTrimmed />,
          now: () => <Amount asset="DUCAT" minor={item.singlePriceMinor} isTrimmed />,
        })}
      </p>
      <Remedy item={item} />
    </div>
  );
}

function Remedy({ item }: { item: CartItemView }) {
  const t = useTranslations('cart.remedy');
  const hydrated = useHydrated();
  const { setQuantity, remove, accept, isBusy } = useCartChange();
  const { id: itemId, stock } = item;
  const button = (text: string, onPress: () => void) => (
    <Button size="small" variant="secondary" disabled={!hydrated} pending={isBusy} onClick={onPress}>
      {text}
    </Button>
  );
  switch (item.problem?.remedy) {
    case undefined:
      return null;
    case 'remove':
      return button(t('remove'), () => remove.mutate({ itemId }));
    case 'reduce':
      return button(t('reduce', { count: stock ?? 1 }), () => setQuantity.mutate({ itemId, quantity: stock ?? 1 }));
    case 'accept':
      return button(t('accept'), () => accept.mutate({ itemId }));
    case 'choose':
      return (
        <LinkButton size="small" variant="secondary" href={`/listings/${item.listingId}`}>
          {t('choose')}
        </LinkButton>
      );
  }
}

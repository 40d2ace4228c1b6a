'use client';

import { Minus, Plus, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import { useCartChange } from '#components/cart/use-cart-change.ts';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { CartItemView } from '#server/market/cart/cart-schema.ts';
import { quantityMax } from '#server/market/orders/quantity-schema.ts';

type Item = Pick<CartItemView, 'id' | 'listingId' | 'variantId' | 'title' | 'quantity' | 'stock'>;

/** More, less, or none of it, which can be taken back. */
export function ItemControls({ item }: { item: Item }) {
  const t = useTranslations('cart.item');
  const toast = useToast();
  const hydrated = useHydrated();
  const { add, setQuantity, remove, isBusy } = useCartChange();
  const { id: itemId, listingId, variantId, title } = item;
  // What was asked for is shown at once; a refusal draws the cart as it is.
  const quantity = isBusy && setQuantity.variables !== undefined ? setQuantity.variables.quantity : item.quantity;
  const most = Math.min(item.stock ?? quantityMax, quantityMax);
  const isStill = !hydrated || isBusy;
  const set = (next: number) => setQuantity.mutate({ itemId, quantity: next });
  const takeOut = () =>
    remove.mutate(
      { itemId },
      {
        onSuccess: () =>
          toast({
            tone: 'success',
            text: t('removed', { title }),
            action: { label: t('undo'), onAction: () => add.mutate({ listingId, variantId, quantity }) },
          }),
      },
    );
  return (
    <div role="group" aria-label={t('controls', { title })} className="flex items-center gap-1">
      <Round label={t('less', { title })} isStill={isStill || quantity <= 1} onPress={() => set(quantity - 1)}>
        <Minus aria-hidden="true" className="size-icon-sm" />
      </Round>
      <span className="figures min-w-[32px] text-center font-medium" aria-live="polite">
        <span className="sr-only">{t('quantity')}</span> {quantity}
      </span>
      <Round label={t('more', { title })} isStill={isStill || quantity >= most} onPress={() => set(quantity + 1)}>
        <Plus aria-hidden="true" className="size-icon-sm" />
      </Round>
      <Round label={t('remove', { title })} isStill={isStill} onPress={takeOut}>
        <Trash2 aria-hidden="true" className="size-icon-sm" />
      </Round>
    </div>
  );
}

interface RoundProps {
  label: string;
  isStill: boolean;
  onPress: () => void;
  children: ReactNode;
}

function Round({ label, isStill, onPress, children }: RoundProps) {
  return (
    <button
      type="button"
      aria-label={label}
      disabled={isStill}
      onClick={onPress}
      className="inline-flex size-control items-center justify-center rounded-md border border-border text-text transition-colors hover:bg-accent-soft disabled:border-line disabled:text-muted disabled:hover:bg-transparent"
    >
      {children}
    </button>
  );
}

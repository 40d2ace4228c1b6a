'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { lazy, Suspense, useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

const CartDrawer = lazy(async () => {
  const { CartDrawer: drawer } = await import('#components/cart/cart-drawer.tsx');
  return { default: drawer };
});

interface AddToCartProps {
  listingId: string;
  variantId: string | null;
  /** Null while what is asked for cannot be bought. */
  quantity: number | null;
}

/** Keeps something for later, signed in or not, and shows what is kept. */
export function AddToCart({ listingId, variantId, quantity }: AddToCartProps) {
  const t = useTranslations('cart.add');
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { refresh } = useRefresh();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const [drawer, setDrawer] = useState<'unasked' | 'open' | 'closed'>('unasked');
  const add = useMutation(
    trpc.cart.add.mutationOptions({
      onSuccess: async () => {
        setDrawer('open');
        refresh();
        await queries.invalidateQueries(trpc.cart.get.queryFilter());
      },
    }),
  );
  return (
    <>
      <Button
        variant="secondary"
        wide
        disabled={!hydrated || quantity === null}
        pending={add.isPending}
        onClick={() => add.mutate({ listingId, variantId, quantity: quantity ?? 1 })}
      >
        {t('button')}
      </Button>
      {add.isError ? <Notice tone="danger" title={refusalText(add.error)} live /> : null}
      {drawer === 'unasked' ? null : (
        <Suspense>
          <CartDrawer open={drawer === 'open'} onClose={() => setDrawer('closed')} />
        </Suspense>
      )}
    </>
  );
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

interface AddToCartProps {
  listingId: string;
  variantId: string | null;
  /** Null while what is asked for cannot be bought. */
  quantity: number | null;
}

/** Keeps something for later, signed in or not. */
export function AddToCart({ listingId, variantId, quantity }: AddToCartProps) {
  const t = useTranslations('cart.add');
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const add = useMutation(
    trpc.cart.add.mutationOptions({
      onSuccess: () => {
        toast({
          tone: 'success',
          text: t('done'),
          action: { label: t('open'), onAction: () => router.push('/cart') },
        });
        router.refresh();
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
    </>
  );
}

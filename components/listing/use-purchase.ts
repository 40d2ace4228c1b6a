'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';

import { useAttempt } from '#components/form/use-attempt.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { PlaceOrderInput } from '#server/market/orders/order-schema.ts';

/** Buys, and goes to the order. A purchase that costs something else by now than `totalMinor` is refused. */
export function usePurchase(onEnd: () => void) {
  const t = useTranslations('listing.buy');
  const router = useRouter();
  const toast = useToast();
  const attempt = useAttempt();
  const place = useMutation(
    useTRPC().orders.place.mutationOptions({
      onSuccess: ({ orderId }) => {
        attempt.settle();
        onEnd();
        toast({ tone: 'success', text: t('done') });
        router.push(`/orders/${orderId}`);
        router.refresh();
      },
      onError: (error) => {
        attempt.settle(error);
        onEnd();
      },
    }),
  );
  const buy = (order: Omit<PlaceOrderInput, 'key' | 'totalMinor'> & { totalMinor: bigint }) => {
    place.mutate({ ...order, key: attempt.key });
  };
  return { place, buy };
}

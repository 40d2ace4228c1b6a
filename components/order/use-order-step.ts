'use client';

import { useMutation } from '@tanstack/react-query';

import { useTRPC } from '#components/trpc/client.tsx';
import type { OrderAction } from '#server/market/orders/order-schema.ts';

export interface OrderStep {
  action: OrderAction;
  /** The note or reason; empty for none. */
  text: string;
}

/**
 * Takes one step of an order. It needs no key: the server answers a repeated step as it did the first time
 * and moves nothing.
 */
export function useOrderStep(orderId: string, onSuccess: () => void) {
  const trpc = useTRPC();
  const deliver = useMutation(trpc.orders.deliver.mutationOptions());
  const cancel = useMutation(trpc.orders.cancel.mutationOptions());
  const confirm = useMutation(trpc.orders.confirm.mutationOptions());
  const dispute = useMutation(trpc.orders.dispute.mutationOptions());
  const resolve = useMutation(trpc.orders.resolve.mutationOptions());
  const take = ({ action, text }: OrderStep) => {
    const note = text === '' ? {} : { note: text };
    switch (action) {
      case 'deliver':
        return deliver.mutateAsync({ orderId, ...note });
      case 'cancel':
        return cancel.mutateAsync({ orderId, ...note });
      case 'confirm':
        return confirm.mutateAsync({ orderId });
      case 'dispute':
        return dispute.mutateAsync({ orderId, reason: text });
      case 'resolve_refund':
        return resolve.mutateAsync({ orderId, outcome: 'refund', reason: text });
      case 'resolve_release':
        return resolve.mutateAsync({ orderId, outcome: 'release', reason: text });
    }
  };
  return useMutation({ mutationFn: take, onSuccess });
}

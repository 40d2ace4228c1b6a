'use client';

import { useMutation } from '@tanstack/react-query';

import { useAttempt } from '#components/form/use-attempt.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import type { PartyAction } from '#server/market/orders/order-schema.ts';

export interface OrderStep {
  action: PartyAction;
  /** The note or reason; empty for none. */
  text: string;
  /** What goes back to the buyer, in centesimi, where the step says so. */
  backMinor: bigint;
  /** The proposal that was read, where the step agrees to it. */
  sequence: number;
}

/**
 * Takes one step of an order. Only a part that goes back needs a key: the server answers any other step that is repeated
 * as it did the first time and moves nothing.
 */
export function useOrderStep(orderId: string, onSuccess: () => void) {
  const trpc = useTRPC();
  const attempt = useAttempt();
  const steps = {
    accept: useMutation(trpc.orders.accept.mutationOptions()),
    decline: useMutation(trpc.orders.decline.mutationOptions()),
    deliver: useMutation(trpc.orders.deliver.mutationOptions()),
    cancel: useMutation(trpc.orders.cancel.mutationOptions()),
    confirm: useMutation(trpc.orders.confirm.mutationOptions()),
    dispute: useMutation(trpc.orders.dispute.mutationOptions()),
    propose: useMutation(trpc.orders.propose.mutationOptions()),
    agree: useMutation(trpc.orders.agree.mutationOptions()),
    refundPart: useMutation(trpc.orders.refundPart.mutationOptions({ onSettled: (_, error) => attempt.settle(error) })),
    refundAll: useMutation(trpc.orders.refundAll.mutationOptions()),
    resolve: useMutation(trpc.orders.resolve.mutationOptions()),
  };
  const take = async ({ action, text, backMinor, sequence }: OrderStep): Promise<unknown> => {
    const noted = { orderId, ...(text === '' ? {} : { note: text }) };
    const judged = { orderId, reason: text };
    switch (action) {
      case 'accept':
        return steps.accept.mutateAsync({ orderId });
      case 'decline':
        return steps.decline.mutateAsync(noted);
      case 'deliver':
        return steps.deliver.mutateAsync(noted);
      case 'cancel':
        return steps.cancel.mutateAsync(noted);
      case 'confirm':
        return steps.confirm.mutateAsync({ orderId });
      case 'dispute':
        return steps.dispute.mutateAsync(judged);
      case 'propose':
        return steps.propose.mutateAsync({ orderId, note: text, backMinor });
      case 'agree':
        return steps.agree.mutateAsync({ orderId, sequence });
      case 'refund_part':
        return steps.refundPart.mutateAsync({ orderId, note: text, amountMinor: backMinor, key: attempt.key });
      case 'refund_all':
        return steps.refundAll.mutateAsync(noted);
      case 'resolve_refund':
        return steps.resolve.mutateAsync({ ...judged, outcome: 'refund' });
      case 'resolve_release':
        return steps.resolve.mutateAsync({ ...judged, outcome: 'release' });
      case 'resolve_split':
        return steps.resolve.mutateAsync({ ...judged, outcome: 'split', backMinor });
    }
  };
  return useMutation({ mutationFn: take, onSuccess });
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** The changes of a cart. Each draws the page anew, also after a refusal: the cart may have changed elsewhere. */
export function useCartChange() {
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const queries = useQueryClient();
  // The page, and the drawer where it is open.
  const drawAnew = () => {
    refresh();
    return queries.invalidateQueries(trpc.cart.get.queryFilter());
  };
  const onError = (error: Parameters<typeof refusalText>[0]) => {
    toast({ tone: 'danger', text: refusalText(error) });
    return drawAnew();
  };
  const then = { onSuccess: drawAnew, onError };
  const add = useMutation(trpc.cart.add.mutationOptions(then));
  const setQuantity = useMutation(trpc.cart.setQuantity.mutationOptions(then));
  const remove = useMutation(trpc.cart.remove.mutationOptions(then));
  const accept = useMutation(trpc.cart.accept.mutationOptions(then));
  // What is wrong with a code stands beside its field.
  const applyCoupon = useMutation(trpc.cart.applyCoupon.mutationOptions({ onSuccess: drawAnew }));
  const removeCoupon = useMutation(trpc.cart.removeCoupon.mutationOptions(then));
  const changes = [add, setQuantity, remove, accept, applyCoupon, removeCoupon];
  const isBusy = isRefreshing || changes.some(({ isPending }) => isPending);
  return { add, setQuantity, remove, accept, applyCoupon, removeCoupon, isBusy };
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';

export interface Times {
  fromAt: Date | null;
  untilAt: Date | null;
}

/** What an operator does with one featured listing; each is on the page when it is done. */
export function useFeatured({ id: listingId, title }: { id: string; title: string }) {
  const t = useTranslations('featured');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const outcome = {
    onSuccess: refresh,
    onError: (error: unknown) => toast({ tone: 'danger', text: refusalText(error) }),
  };
  const put = useMutation(trpc.operator.featured.put.mutationOptions(outcome));
  const move = useMutation(trpc.operator.featured.move.mutationOptions(outcome));
  const remove = useMutation(trpc.operator.featured.remove.mutationOptions(outcome));
  const save = (times: Times, said: 'added' | 'saved') =>
    put.mutate(
      { listingId, ...times },
      { onSuccess: () => toast({ tone: 'success', text: said === 'added' ? t('added', { title }) : t('saved') }) },
    );
  return {
    isBusy: put.isPending || move.isPending || remove.isPending || isRefreshing,
    save,
    move: (direction: 'up' | 'down') => move.mutate({ listingId, direction }),
    remove: (times: Times) => {
      const undo = { label: t('undo'), onAction: () => put.mutate({ listingId, ...times }) };
      const said = { tone: 'success', text: t('removed', { title }), action: undo } as const;
      remove.mutate({ listingId }, { onSuccess: () => toast(said) });
    },
  };
}

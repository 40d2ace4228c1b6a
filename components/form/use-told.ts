'use client';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** What follows a call whose outcome is told at the edge of the page: the words for it, and the page as it is by now. */
export function useTold(success: string) {
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const told = {
    onSuccess: () => {
      toast({ tone: 'success', text: success });
      refresh();
    },
    onError: (error: unknown) => {
      toast({ tone: 'danger', text: refusalText(error) });
    },
  };
  return { told, isRefreshing };
}

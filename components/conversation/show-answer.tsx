'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Puts an answer and its question on the page of the listing, or takes them away. */
export function ShowAnswer({ messageId, isShown }: { messageId: string; isShown: boolean }) {
  const t = useTranslations('conversation.show');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const show = useMutation(
    trpc.messages.showAnswer.mutationOptions({
      onSuccess: () => {
        toast({ tone: 'success', text: isShown ? t('taken') : t('shown') });
        refresh();
      },
      onError: (error) => toast({ tone: 'danger', text: refusalText(error) }),
    }),
  );
  return (
    <div>
      <Button
        size="small"
        variant="secondary"
        disabled={!hydrated}
        pending={show.isPending || isRefreshing}
        onClick={() => show.mutate({ messageId, isShown: !isShown })}
      >
        {isShown ? t('off') : t('on')}
      </Button>
    </div>
  );
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useTold } from '#components/form/use-told.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** Puts an answer and its question on the page of the listing, or takes them away. */
export function ShowAnswer({ messageId, isShown }: { messageId: string; isShown: boolean }) {
  const t = useTranslations('conversation.show');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const { told, isRefreshing } = useTold(isShown ? t('taken') : t('shown'));
  const show = useMutation(trpc.messages.showAnswer.mutationOptions(told));
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

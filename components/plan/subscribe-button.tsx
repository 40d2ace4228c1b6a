'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { useReturn } from '#components/plan/use-return.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { SoldTier } from '#server/payments/subscriptions/subscription-schema.ts';

/** Leads to the card page of a subscription, at most one per attempt. */
export function SubscribeButton({ tier }: { tier: SoldTier }) {
  const t = useTranslations('plan');
  const tierName = useTranslations('tier');
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const trpc = useTRPC();
  const attempt = useAttempt();
  const { mutate, reset, isPending, isSuccess, error } = useMutation(
    trpc.subscriptions.start.mutationOptions({
      onSuccess: ({ checkoutUrl }) => {
        attempt.settle();
        window.location.assign(checkoutUrl);
      },
      onError: (failure) => attempt.settle(failure),
    }),
  );
  useReturn(reset);
  return (
    <div className="flex flex-col gap-2">
      <Button
        size="small"
        disabled={!hydrated}
        pending={isPending || isSuccess}
        onClick={() => mutate({ tier, key: attempt.key })}
      >
        {isSuccess ? t('leaving') : t('subscribe', { tier: tierName(tier) })}
      </Button>
      {error === null ? null : <Notice tone="danger" title={refusalText(error)} live />}
    </div>
  );
}

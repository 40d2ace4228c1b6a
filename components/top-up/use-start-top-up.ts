'use client';

import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';

import { useAttempt } from '#components/form/use-attempt.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import type { TopUpChoice } from '#server/payments/schema.ts';

interface StartTopUp {
  start: (choice: TopUpChoice) => void;
  isPending: boolean;
  /** The payment page is known and the browser is on its way there. */
  isLeaving: boolean;
  error: unknown;
  forget: () => void;
}

/** Opens the payment page of a top-up, at most one per attempt however often it has to be asked for. */
export function useStartTopUp(): StartTopUp {
  const trpc = useTRPC();
  const attempt = useAttempt();
  const { mutate, reset, isPending, isSuccess, error } = useMutation(
    trpc.topUps.start.mutationOptions({
      onSuccess: ({ checkoutUrl }) => {
        attempt.settle();
        window.location.assign(checkoutUrl);
      },
      onError: (failure) => attempt.settle(failure),
    }),
  );
  useEffect(() => {
    // The browser may bring this page back as it was left, on its way to pay.
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) reset();
    };
    window.addEventListener('pageshow', onShow);
    return () => window.removeEventListener('pageshow', onShow);
  }, [reset]);
  return {
    start: (choice) => mutate({ choice, key: attempt.key }),
    isPending,
    isLeaving: isSuccess,
    error,
    forget: reset,
  };
}

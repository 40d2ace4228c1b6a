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

/**
 * Opens the payment page of a top-up, at most one per attempt however often it has to be asked for. Terms that are named
 * are accepted first, which can be said twice.
 */
export function useStartTopUp(terms: { version: number } | null): StartTopUp {
  const trpc = useTRPC();
  const attempt = useAttempt();
  const accept = useMutation(trpc.terms.accept.mutationOptions());
  const open = useMutation(trpc.topUps.start.mutationOptions());
  const { mutate, reset, isPending, isSuccess, error } = useMutation({
    mutationFn: async (choice: TopUpChoice) => {
      if (terms !== null) await accept.mutateAsync({ version: terms.version, isAccepted: true, isOfAge: true });
      return open.mutateAsync({ choice, key: attempt.key });
    },
    onSuccess: ({ checkoutUrl }) => {
      attempt.settle();
      window.location.assign(checkoutUrl);
    },
    onError: (failure) => attempt.settle(failure),
  });
  useEffect(() => {
    // The browser may bring this page back as it was left, on its way to pay.
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) reset();
    };
    window.addEventListener('pageshow', onShow);
    return () => window.removeEventListener('pageshow', onShow);
  }, [reset]);
  return {
    start: mutate,
    isPending,
    isLeaving: isSuccess,
    error,
    forget: reset,
  };
}

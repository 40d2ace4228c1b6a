'use client';

import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';

import { useAttempt } from '#components/form/use-attempt.ts';
import { useTRPC } from '#components/trpc/client.tsx';

interface LeaveToPay<Input> {
  start: (input: Input) => void;
  isPending: boolean;
  /** The payment page is known and the browser is on its way there. */
  isLeaving: boolean;
  error: unknown;
  forget: () => void;
}

interface PaymentPage<Input> {
  /** The terms that are accepted first, which can be said twice; null where they were. */
  terms: { version: number } | null;
  /** Asks for the page; with the same key it is the same one. */
  open: (input: Input, key: string) => Promise<{ checkoutUrl: string }>;
}

/** Opens the page on which something is paid by card, at most one per attempt however often it has to be asked for. */
export function useLeaveToPay<Input>({ terms, open }: PaymentPage<Input>): LeaveToPay<Input> {
  const trpc = useTRPC();
  const attempt = useAttempt();
  const accept = useMutation(trpc.terms.accept.mutationOptions());
  const { mutate, reset, isPending, isSuccess, error } = useMutation({
    mutationFn: async (input: Input) => {
      if (terms !== null) await accept.mutateAsync({ version: terms.version, isAccepted: true, isOfAge: true });
      return open(input, attempt.key);
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
  return { start: mutate, isPending, isLeaving: isSuccess, error, forget: reset };
}

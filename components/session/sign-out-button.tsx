'use client';

import { useEffect } from 'react';
import type { ReactNode } from 'react';

import { useAuthAction } from '#components/session/use-auth-action.ts';
import { Button } from '#components/ui/button.tsx';
import type { ButtonLook } from '#components/ui/button-class.ts';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

type SignOutButtonProps = ButtonLook & {
  children: ReactNode;
  /** Said when signing out did not work and the citizen is still signed in. */
  failure: string;
  returnTo?: string;
};

/** Ends the session at once, on this and every other server, and leaves to a public page. */
export function SignOutButton({ children, failure, returnTo = '/', ...look }: SignOutButtonProps) {
  const [state, run] = useAuthAction('signout', returnTo);
  const hydrated = useHydrated();
  const toast = useToast();
  useEffect(() => {
    if (state === 'failed') toast({ tone: 'danger', text: failure });
  }, [state, failure, toast]);
  return (
    <Button variant="quiet" {...look} pending={state === 'pending'} disabled={!hydrated} onClick={run}>
      {children}
    </Button>
  );
}

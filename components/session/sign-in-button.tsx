'use client';

import type { ReactNode } from 'react';

import { useAuthAction } from '#components/session/use-auth-action.ts';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

interface SignInButtonProps {
  children: ReactNode;
  /** Path of our own to come back to. */
  returnTo: string;
  /** Shown when the sign-in could not even begin. */
  failure: string;
  wide?: boolean;
}

/** Leads to Venice's own page, where the citizen proves who they are. */
export function SignInButton({ children, returnTo, failure, wide = false }: SignInButtonProps) {
  const [state, run] = useAuthAction('signin/venice', returnTo);
  const hydrated = useHydrated();
  return (
    <div className="flex flex-col gap-4">
      <Button wide={wide} pending={state === 'pending'} disabled={!hydrated} onClick={run}>
        {children}
      </Button>
      {state === 'failed' ? <Notice tone="danger" title={failure} live /> : null}
    </div>
  );
}

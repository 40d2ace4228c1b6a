'use client';

import { useCallback, useEffect, useState } from 'react';

import { askAuth } from '#components/session/auth-client.ts';

export type AuthActionState = 'ready' | 'pending' | 'failed';

/** Runs one step of signing in or out and leaves the page; `failed` when the server did not say where to go. */
export function useAuthAction(action: 'signin/venice' | 'signout', returnTo: string): [AuthActionState, () => void] {
  const [state, setState] = useState<AuthActionState>('ready');
  useEffect(() => {
    // The browser may bring this page back as it was left, waiting.
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) setState('ready');
    };
    window.addEventListener('pageshow', onShow);
    return () => {
      window.removeEventListener('pageshow', onShow);
    };
  }, []);
  const run = useCallback(() => {
    setState('pending');
    askAuth(action, returnTo).then(
      (url) => {
        window.location.assign(url);
      },
      () => {
        setState('failed');
      },
    );
  }, [action, returnTo]);
  return [state, run];
}

'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => undefined;

/** False on the server and until the page answers to events; controls that need a script wait for it. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

'use client';

import { useEffect } from 'react';

import { useRefresh } from '#components/ui/use-refresh.ts';

/** Has its page rendered again after so many seconds, as long as someone looks at it. */
export function Renewed({ afterSeconds }: { afterSeconds: number }) {
  const { refresh } = useRefresh();
  useEffect(() => {
    const timer = setTimeout(() => {
      if (document.visibilityState === 'visible') refresh();
    }, afterSeconds * 1_000);
    return () => {
      clearTimeout(timer);
    };
  });
  return null;
}

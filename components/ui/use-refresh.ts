'use client';

import { useRouter } from 'next/navigation';
import { useTransition } from 'react';

/** Has the page rendered again with what is true by now; `isRefreshing` until that is on screen. */
export function useRefresh(): { refresh: () => void; isRefreshing: boolean } {
  const router = useRouter();
  const [isRefreshing, startRefresh] = useTransition();
  return { refresh: () => startRefresh(() => router.refresh()), isRefreshing };
}

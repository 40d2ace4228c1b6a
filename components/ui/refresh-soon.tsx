'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

const afterMs = [1_000, 3_000, 8_000, 15_000, 30_000];

/** Has the page rendered again a few times: what was changed elsewhere is heard of a moment later. */
export function RefreshSoon() {
  const router = useRouter();
  useEffect(() => {
    const timers = afterMs.map((delayMs) => setTimeout(() => router.refresh(), delayMs));
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  }, [router]);
  return null;
}

'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

/** Has the whole page rendered again: for when rendering it changed what its frame had already shown. */
export function RefreshOnce() {
  const router = useRouter();
  useEffect(() => {
    router.refresh();
  }, [router]);
  return null;
}

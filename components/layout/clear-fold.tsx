'use client';

import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';

/**
 * What a visitor of a public page looks at first. Until it has left the screen upwards the places of the product rest at the
 * end of the page (`BottomNav`): a bar over the fold would cover part of whatever happens to be there. Without scripts they
 * stay there.
 */
export function ClearFold({ children }: { children: ReactNode }) {
  const first = useRef<HTMLDivElement>(null);
  const [isPassed, setPassed] = useState(false);
  useEffect(() => {
    const { current } = first;
    if (current === null) return;
    const observer = new IntersectionObserver(([seen]) => setPassed(seen?.isIntersecting === false), {
      // What is still below counts as seen, so that a jump past it is noticed as well.
      rootMargin: '0px 0px 100000px 0px',
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={first} data-clears-fold={isPassed ? undefined : ''}>
      {children}
    </div>
  );
}

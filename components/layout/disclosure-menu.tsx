'use client';

import { usePathname } from 'next/navigation';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

interface DisclosureMenuProps {
  label: string;
  summary: ReactNode;
  children: ReactNode;
}

/** A details element that closes when the visitor turns elsewhere. It opens without JavaScript too. */
export function DisclosureMenu({ label, summary, children }: DisclosureMenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const path = usePathname();
  const pathShown = useRef(path);
  useEffect(() => {
    // Not on arrival: the menu may have been opened before this page's scripts were there.
    if (pathShown.current === path) return;
    pathShown.current = path;
    if (details.current !== null) details.current.open = false;
  }, [path]);
  useEffect(() => {
    const closeOutside = (event: Event) => {
      const element = details.current;
      if (element?.open === true && event.target instanceof Node && !element.contains(event.target))
        element.open = false;
    };
    document.addEventListener('pointerdown', closeOutside);
    document.addEventListener('focusin', closeOutside);
    return () => {
      document.removeEventListener('pointerdown', closeOutside);
      document.removeEventListener('focusin', closeOutside);
    };
  }, []);
  return (
    <details
      ref={details}
      className="sm:relative"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !event.currentTarget.open) return;
        event.currentTarget.open = false;
        event.currentTarget.querySelector('summary')?.focus();
      }}
    >
      <summary
        aria-label={label}
        className="flex min-h-control min-w-control list-none items-center justify-center gap-2 rounded-md px-2 text-text transition-colors hover:bg-accent-soft"
      >
        {summary}
      </summary>
      <div className="absolute top-full right-4 z-40 mt-2 flex w-[280px] max-w-[calc(100vw-32px)] sm:right-3 flex-col gap-4 rounded-md border border-line bg-surface p-4 shadow-raised">
        {children}
      </div>
    </details>
  );
}

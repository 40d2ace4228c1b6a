import type { LucideIcon } from 'lucide-react';
import Link from 'next/link';

import { OnItsWay } from '#components/ui/on-its-way.tsx';

const shownMax = 99;

interface CountLinkProps {
  href: string;
  icon: LucideIcon;
  /** Says where it leads and how many there are. */
  label: string;
  count: number;
}

/** A sign in the header with how many things are behind it. */
export function CountLink({ href, icon: Icon, label, count }: CountLinkProps) {
  return (
    <Link
      href={href}
      prefetch={false}
      aria-label={label}
      className="relative inline-flex size-control items-center justify-center rounded-md text-text transition-colors hover:bg-accent-soft"
    >
      <Icon aria-hidden="true" className="size-icon" />
      {count === 0 ? null : (
        <span
          aria-hidden="true"
          className="figures absolute top-1 right-0 min-w-5 rounded-full bg-accent px-1 text-center text-xs font-semibold text-on-accent"
        >
          {count > shownMax ? `${String(shownMax)}+` : count}
        </span>
      )}
      <OnItsWay />
    </Link>
  );
}

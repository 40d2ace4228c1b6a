import Link from 'next/link';
import type { ReactNode } from 'react';

import { OnItsWay } from '#components/ui/on-its-way.tsx';

interface HubCardProps {
  href: string;
  icon: ReactNode;
  title: string;
  state?: string;
  children: ReactNode;
}

/** One door of a hub page, in a list: where it leads, what is there, and how things stand. */
export function HubCard({ href, icon, title, state, children }: HubCardProps) {
  return (
    <li className="relative flex flex-col gap-2 rounded-md border border-line bg-surface p-4 transition-colors hover:border-accent sm:p-6">
      <span className="flex items-center gap-3 text-accent">
        {icon}
        <Link
          href={href}
          prefetch={false}
          className="text-lg font-semibold underline decoration-1 underline-offset-4 after:absolute after:inset-0 after:rounded-md"
        >
          {title}
          <OnItsWay />
        </Link>
      </span>
      <p className="text-muted">{children}</p>
      {state === undefined ? null : <p className="mt-auto text-sm font-medium wrap-anywhere">{state}</p>}
    </li>
  );
}

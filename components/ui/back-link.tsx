import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import type { ComponentProps } from 'react';

import { OnItsWay } from '#components/ui/on-its-way.tsx';

/** The way up from a page of one thing to the list it belongs to, above the heading. */
export function BackLink({ children, ...rest }: Omit<ComponentProps<typeof Link>, 'className' | 'style'>) {
  return (
    <Link
      {...rest}
      className="-mt-2 inline-flex min-h-control-sm items-center gap-2 self-start text-accent underline-offset-4 transition-colors hover:text-accent-strong hover:underline print:hidden"
    >
      <ArrowLeft aria-hidden="true" className="size-icon-sm shrink-0" />
      {children}
      <OnItsWay />
    </Link>
  );
}

import Link from 'next/link';
import type { ComponentProps } from 'react';

import { classNames } from '#components/ui/class-names.ts';
import { OnItsWay } from '#components/ui/on-its-way.tsx';

interface TextLinkProps extends Omit<ComponentProps<typeof Link>, 'className' | 'style'> {
  /** One of several side by side: its room does not reach into that of its neighbours. */
  isInRow?: boolean;
}

/** A link within words. On a phone the thumb gets some room above and below, without moving the lines apart. */
export function TextLink({ isInRow = false, children, ...props }: TextLinkProps) {
  return (
    <Link
      {...props}
      className={classNames(
        'text-balance text-accent underline decoration-1 underline-offset-4 transition-colors hover:text-accent-strong hover:decoration-2',
        isInRow ? 'inline-block py-2' : '-my-3 py-3 md:my-0 md:py-0',
      )}
    >
      {children}
      <OnItsWay />
    </Link>
  );
}

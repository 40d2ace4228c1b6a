import Link from 'next/link';
import type { ComponentProps } from 'react';

/** A link within words. On a phone the thumb gets some room above and below, without moving the lines apart. */
export function TextLink(props: Omit<ComponentProps<typeof Link>, 'className' | 'style'>) {
  return (
    <Link
      {...props}
      className="-my-3 py-3 text-balance text-accent underline decoration-1 underline-offset-4 md:my-0 md:py-0 transition-colors hover:text-accent-strong hover:decoration-2"
    />
  );
}

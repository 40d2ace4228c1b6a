import Link from 'next/link';
import type { ComponentProps } from 'react';

export function TextLink(props: Omit<ComponentProps<typeof Link>, 'className' | 'style'>) {
  return (
    <Link
      {...props}
      className="text-accent underline decoration-1 underline-offset-4 transition-colors hover:text-accent-strong hover:decoration-2"
    />
  );
}

'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';

import { localePrefix, withPrefix } from '#components/layout/public-path.ts';

export function HomeLink({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Link
      href={withPrefix(localePrefix(usePathname()), '/')}
      prefetch={false}
      aria-label={label}
      className="inline-flex min-h-control items-center rounded-md"
    >
      {children}
    </Link>
  );
}

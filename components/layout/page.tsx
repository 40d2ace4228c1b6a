import type { ReactNode } from 'react';

import { classNames } from '#components/ui/class-names.ts';

const widths = { page: 'max-w-page', wide: 'max-w-wide', prose: 'max-w-prose', narrow: 'max-w-narrow' } as const;

/** The space of a page's content between header and footer. */
export function Page({ width = 'page', children }: { width?: keyof typeof widths; children: ReactNode }) {
  return (
    <div
      className={classNames('mx-auto flex w-full flex-col gap-6 px-4 py-6 sm:px-6 md:gap-10 md:py-10', widths[width])}
    >
      {children}
    </div>
  );
}

interface PageHeadingProps {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

export function PageHeading({ title, children, actions }: PageHeadingProps) {
  return (
    <div className="flex flex-wrap items-end justify-between gap-4">
      <div className="flex min-w-0 flex-col gap-2">
        <h1 className="font-display text-display font-semibold">{title}</h1>
        {children === undefined ? null : <div className="max-w-prose text-pretty text-muted">{children}</div>}
      </div>
      {actions === undefined ? null : <div className="flex flex-wrap gap-3">{actions}</div>}
    </div>
  );
}

import type { ReactNode } from 'react';

import { classNames } from '#components/ui/class-names.ts';

interface EmptyStateProps {
  title: string;
  /** What to do next, in a sentence. */
  children: ReactNode;
  action?: ReactNode;
  /** For one of several lists on a page: less room, no drawing. */
  isCompact?: boolean;
}

/** An empty page of the book: three ruled lines, a sentence, and the next step. */
export function EmptyState({ title, children, action, isCompact = false }: EmptyStateProps) {
  return (
    <div
      className={classNames(
        'flex flex-col items-center gap-4 rounded-md border border-dashed border-border px-4 text-center',
        isCompact ? 'py-6' : 'py-16',
      )}
    >
      {isCompact ? null : <OpenBook />}
      <div className="flex max-w-narrow flex-col gap-1">
        <p className={classNames('font-medium', !isCompact && 'text-lg')}>{title}</p>
        <div className="text-balance text-muted">{children}</div>
      </div>
      {action}
    </div>
  );
}

function OpenBook() {
  return (
    <svg viewBox="0 0 96 64" width="96" height="64" aria-hidden="true" focusable="false" className="text-border">
      <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
        <path d="M48 14C40 7 26 5 8 7v46c18-2 32 0 40 7 8-7 22-9 40-7V7c-18-2-32 0-40 7zM48 14v46" />
        <path d="M16 20c9-.6 17 .4 23 3.5M16 30c9-.6 17 .4 23 3.5M16 40c9-.6 17 .4 23 3.5M57 23.5c6-3.1 14-4.1 23-3.5M57 33.5c6-3.1 14-4.1 23-3.5" />
      </g>
    </svg>
  );
}

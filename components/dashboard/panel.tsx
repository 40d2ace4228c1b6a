import type { ReactNode } from 'react';

interface PanelProps {
  id: string;
  title: string;
  /** Beside the title: a count, or where all of it is. */
  aside?: ReactNode;
  children: ReactNode;
}

/** One part of a dashboard under its heading. */
export function Panel({ id, title, aside, children }: PanelProps) {
  return (
    <section aria-labelledby={id} className="flex min-w-0 flex-col gap-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 id={id} className="font-display text-display-sm font-semibold">
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

import type { ReactNode } from 'react';

interface ErrorStateProps {
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  /** Something to quote when asking for help. */
  reference?: string | undefined;
}

export function ErrorState({ title, children, actions, reference }: ErrorStateProps) {
  return (
    <div className="mx-auto flex w-full max-w-prose flex-col items-start gap-6 py-16">
      <h1 className="font-display text-display font-semibold">{title}</h1>
      <div className="flex flex-col gap-2 text-lg text-muted">{children}</div>
      {actions === undefined ? null : <div className="flex flex-wrap gap-3">{actions}</div>}
      {reference === undefined ? null : <p className="figures text-sm text-muted">{reference}</p>}
    </div>
  );
}

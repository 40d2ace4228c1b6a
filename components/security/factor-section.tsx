import type { ReactNode } from 'react';

import { Card } from '#components/ui/card.tsx';

interface FactorSectionProps {
  id: string;
  title: string;
  text: string;
  /** How it stands, in a word or two. */
  state: ReactNode;
  children: ReactNode;
}

/** One of the ways to prove that it is you: what it is, how it stands, and what can be done with it. */
export function FactorSection({ id, title, text, state, children }: FactorSectionProps) {
  return (
    <Card as="section" labelledBy={id}>
      <div className="flex flex-col gap-4">
        <div className="flex flex-col gap-1">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h2 id={id} tabIndex={-1} className="text-xl font-semibold">
              {title}
            </h2>
            {state}
          </div>
          <p className="text-muted">{text}</p>
        </div>
        {children}
      </div>
    </Card>
  );
}

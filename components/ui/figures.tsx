import type { ReactNode } from 'react';

import { classNames } from '#components/ui/class-names.ts';

export interface Figure {
  key: string;
  label: ReactNode;
  value: ReactNode;
  /** A total, under a double rule as in a ledger. */
  isTotal?: boolean;
  tone?: 'danger' | 'muted';
}

/** A short column of named figures that add up. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className="flex flex-col">
      {figures.map(({ key, label, value, isTotal = false, tone }) => (
        <div
          key={key}
          className={classNames(
            'flex items-baseline justify-between gap-4 py-2',
            isTotal ? 'rule-double border-t border-t-border font-semibold' : 'border-b border-line last:border-b-0',
          )}
        >
          <dt className={isTotal ? '' : 'text-muted'}>{label}</dt>
          <dd
            className={classNames(
              'figures text-right',
              tone === 'danger' && 'text-danger',
              tone === 'muted' && 'text-muted',
            )}
          >
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

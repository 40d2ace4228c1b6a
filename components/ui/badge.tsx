import type { ReactNode } from 'react';

import { classNames } from '#components/ui/class-names.ts';

export type BadgeTone = 'neutral' | 'accent' | 'success' | 'danger' | 'gold';

const tones: Record<BadgeTone, string> = {
  neutral: 'border-line bg-sunken text-muted',
  accent: 'border-accent bg-accent-soft text-accent',
  success: 'border-success bg-success-soft text-success',
  danger: 'border-danger bg-danger-soft text-danger',
  gold: 'border-gold bg-gold-soft text-gold',
};

export function Badge({ tone = 'neutral', children }: { tone?: BadgeTone; children: ReactNode }) {
  return (
    <span
      className={classNames(
        'inline-flex items-center gap-1 rounded-md border px-2 text-xs font-medium whitespace-nowrap',
        tones[tone],
      )}
    >
      {children}
    </span>
  );
}

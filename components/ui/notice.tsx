import { CircleAlert, CircleCheck, Info } from 'lucide-react';
import type { ReactNode } from 'react';

import { classNames } from '#components/ui/class-names.ts';

export type NoticeTone = 'info' | 'success' | 'danger';

const looks = {
  info: { icon: Info, box: 'border-border bg-sunken', mark: 'text-accent' },
  success: { icon: CircleCheck, box: 'border-success bg-success-soft', mark: 'text-success' },
  danger: { icon: CircleAlert, box: 'border-danger bg-danger-soft', mark: 'text-danger' },
} as const;

interface NoticeProps {
  tone?: NoticeTone;
  title?: string;
  children?: ReactNode;
  /** Announced as soon as it appears: for the answer to something the citizen just did. */
  live?: boolean;
}

export function Notice({ tone = 'info', title, children, live = false }: NoticeProps) {
  const { icon: Icon, box, mark } = looks[tone];
  return (
    <div
      role={live ? (tone === 'danger' ? 'alert' : 'status') : undefined}
      className={classNames('flex gap-3 rounded-md border p-4', box)}
    >
      <span className={classNames('flex h-6 shrink-0 items-center', mark)}>
        <Icon aria-hidden="true" className="size-icon" />
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        {title === undefined ? null : <p className="font-medium">{title}</p>}
        {children}
      </div>
    </div>
  );
}

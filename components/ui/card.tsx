import type { ReactNode } from 'react';

import { classNames } from '#components/ui/class-names.ts';

interface CardProps {
  children: ReactNode;
  as?: 'div' | 'section' | 'article' | 'li';
  labelledBy?: string;
  padding?: 'normal' | 'none';
}

export function Card({ children, as: Tag = 'div', labelledBy, padding = 'normal' }: CardProps) {
  return (
    <Tag
      aria-labelledby={labelledBy}
      className={classNames('rounded-md border border-line bg-surface', padding === 'normal' && 'p-4 sm:p-6')}
    >
      {children}
    </Tag>
  );
}

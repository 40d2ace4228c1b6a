import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';

import { classNames } from '#components/ui/class-names.ts';
import { controlClass } from '#components/ui/control-class.ts';

export function Select(props: Omit<ComponentProps<'select'>, 'className' | 'style'>) {
  return (
    <span className="relative block">
      <select {...props} className={classNames(controlClass, 'min-h-control appearance-none pr-10')} />
      <ChevronDown
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 right-3 size-icon-sm -translate-y-1/2 text-muted"
      />
    </span>
  );
}

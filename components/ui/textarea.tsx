import type { ComponentProps } from 'react';

import { controlClass } from '#components/ui/control-class.ts';

export function Textarea({ rows = 6, ...rest }: Omit<ComponentProps<'textarea'>, 'className' | 'style'>) {
  return <textarea {...rest} rows={rows} className={controlClass} />;
}

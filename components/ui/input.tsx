import type { ComponentProps } from 'react';

import { classNames } from '#components/ui/class-names.ts';
import { controlClass } from '#components/ui/control-class.ts';

type InputProps = Omit<ComponentProps<'input'>, 'className' | 'style'> & { figures?: boolean };

export function Input({ figures = false, ...rest }: InputProps) {
  return <input {...rest} className={classNames(controlClass, 'min-h-control', figures && 'figures text-right')} />;
}

import type { ComponentProps } from 'react';

import { buttonClass } from '#components/ui/button-class.ts';
import type { ButtonLook } from '#components/ui/button-class.ts';
import { Spinner } from '#components/ui/spinner.tsx';

type ButtonProps = Omit<ComponentProps<'button'>, 'className' | 'style'> & ButtonLook & { pending?: boolean };

/** While `pending`, the button stays focusable, says that it is busy and does nothing. */
export function Button({ variant, size, wide, pending = false, type = 'button', children, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-busy={pending || undefined}
      aria-disabled={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : rest.onClick}
      className={buttonClass({ variant, size, wide })}
    >
      {pending ? <Spinner /> : null}
      {children}
    </button>
  );
}

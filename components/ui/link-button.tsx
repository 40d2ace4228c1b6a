import Link from 'next/link';
import type { ComponentProps } from 'react';

import { buttonClass } from '#components/ui/button-class.ts';
import type { ButtonLook } from '#components/ui/button-class.ts';
import { OnItsWay } from '#components/ui/on-its-way.tsx';

type LinkButtonProps = Omit<ComponentProps<typeof Link>, 'className' | 'style'> & ButtonLook;

export function LinkButton({ variant, size, wide, children, ...rest }: LinkButtonProps) {
  return (
    <Link {...rest} className={buttonClass({ variant, size, wide })}>
      {children}
      <OnItsWay />
    </Link>
  );
}

'use client';

import type { ReactNode, SubmitEvent } from 'react';

import { classNames } from '#components/ui/class-names.ts';
import { useHydrated } from '#components/ui/use-hydrated.ts';

interface ReadyFormProps {
  onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
  /** How its fields stand to each other. */
  className: string;
  children: ReactNode;
}

/**
 * A form whose fields can be filled once its scripts are there: what is written or chosen before would be lost, and
 * something else be sent.
 */
export function ReadyForm({ onSubmit, className, children }: ReadyFormProps) {
  const hydrated = useHydrated();
  return (
    <form onSubmit={onSubmit} noValidate>
      <fieldset disabled={!hydrated} className={classNames('min-w-0', className)}>
        {children}
      </fieldset>
    </form>
  );
}

import type { ReactNode } from 'react';

import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';

interface FigureFieldProps {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  /** As it is typed. */
  text: string;
  onText: (text: string) => void;
}

/** A figure with decimals, of money or of percent: on a telephone its keyboard has digits and a separator. */
export function FigureField({ id, label, hint, error, text, onText }: FigureFieldProps) {
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          figures
          inputMode="decimal"
          autoComplete="off"
          maxLength={20}
          value={text}
          onChange={({ target }) => onText(target.value)}
        />
      )}
    </Field>
  );
}

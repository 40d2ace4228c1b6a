import type { ComponentProps, ReactNode } from 'react';

import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';

interface TextFieldProps extends Pick<ComponentProps<typeof Input>, 'type' | 'inputMode' | 'figures' | 'maxLength'> {
  name: string;
  label: ReactNode;
  hint?: ReactNode;
  error: string | undefined;
  value: string;
  onType: (text: string) => void;
}

/** A field of the forms of sales and coupons. */
export function TextField({ name, label, hint, error, value, onType, ...input }: TextFieldProps) {
  return (
    <Field id={`discount-${name}`} label={label} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          {...input}
          name={name}
          autoComplete="off"
          value={value}
          onChange={(event) => onType(event.target.value)}
        />
      )}
    </Field>
  );
}

'use client';

import { classNames } from '#components/ui/class-names.ts';
import { useHydrated } from '#components/ui/use-hydrated.ts';

interface ChoiceProps<Value extends string> {
  legend: string;
  name: string;
  value: Value;
  options: readonly { value: Value; label: string; lang?: string }[];
  onChoose: (value: Value) => void;
}

/** A few exclusive options in a row. */
export function Choice<Value extends string>({ legend, name, value, options, onChoose }: ChoiceProps<Value>) {
  const hydrated = useHydrated();
  return (
    <fieldset disabled={!hydrated} className="flex flex-col gap-1">
      <legend className="mb-1 text-sm text-muted">{legend}</legend>
      <div className="flex rounded-md border border-border">
        {options.map((option, index) => (
          <label
            key={option.value}
            lang={option.lang}
            className={classNames(
              'flex min-h-control-sm flex-1 items-center justify-center px-2 text-sm font-medium transition-colors first:rounded-l-md last:rounded-r-md',
              'has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
              index > 0 && 'border-l border-border',
              option.value === value ? 'bg-accent text-on-accent' : 'hover:bg-accent-soft',
            )}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChoose(option.value)}
              className="sr-only"
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

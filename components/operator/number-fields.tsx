'use client';

import { useState } from 'react';

import { numberOf, textOfNumber, type NumberKind } from '#components/operator/number-text.ts';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';

export type NumberSpecs<Name extends string> = readonly { name: Name; kind: NumberKind }[];

export interface NumberForm<Name extends string> {
  specs: NumberSpecs<Name>;
  texts: Readonly<Record<Name, string>>;
  set: (name: Name, text: string) => void;
  /** What the fields say now; undefined for what is none. */
  values: () => Record<Name, bigint | number | null | undefined>;
}

/** The texts of some number fields, filled from what holds now. */
export function useNumberForm<Name extends string>(
  specs: NumberSpecs<Name>,
  present: Readonly<Record<Name, bigint | number | null>>,
): NumberForm<Name> {
  const [texts, setTexts] = useState(() => recordOf(specs, ({ name, kind }) => textOfNumber(kind, present[name])));
  return {
    specs,
    texts,
    set: (name, text) => setTexts({ ...texts, [name]: text }),
    values: () => recordOf(specs, ({ name, kind }) => numberOf(kind, texts[name])),
  };
}

function recordOf<Name extends string, Value>(
  specs: NumberSpecs<Name>,
  make: (spec: NumberSpecs<Name>[number]) => Value,
): Record<Name, Value> {
  return Object.fromEntries(specs.map((spec) => [spec.name, make(spec)])) as Record<Name, Value>;
}

interface NumberFieldsProps<Name extends string> {
  id: string;
  form: NumberForm<Name>;
  label: (name: Name) => string;
  hint?: (name: Name) => string | undefined;
  /** The fields whose text is no number that fits. */
  problems: ReadonlySet<PropertyKey | undefined>;
  problemText: string;
}

/** Number fields side by side where there is room. */
export function NumberFields<Name extends string>(props: NumberFieldsProps<Name>) {
  const { id, form, label, hint, problems, problemText } = props;
  return (
    <div className="grid items-end gap-4 sm:grid-cols-2">
      {form.specs.map(({ name, kind }) => (
        <Field
          key={name}
          id={`${id}-${name}`}
          label={label(name)}
          hint={hint?.(name)}
          error={problems.has(name) ? problemText : undefined}
        >
          {(control) => (
            <Input
              {...control}
              figures
              inputMode={kind === 'whole' || kind === 'optionalWhole' ? 'numeric' : 'decimal'}
              autoComplete="off"
              value={form.texts[name]}
              onChange={(event) => form.set(name, event.target.value)}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

interface ParseResult {
  success: boolean;
  error?: { issues: readonly { path: readonly PropertyKey[] }[] } | undefined;
}

/** The fields that a schema refused, by the last name of their path. */
export function problemsOf(parsed: ParseResult, isShown: boolean): Set<PropertyKey | undefined> {
  return new Set(isShown && !parsed.success ? parsed.error?.issues.map(({ path }) => path.at(-1)) : []);
}

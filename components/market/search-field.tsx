'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useId, useState } from 'react';
import type { KeyboardEvent } from 'react';

import { CommandList } from '#components/command/command-list.tsx';
import type { Command } from '#components/command/commands.ts';
import type { FieldControl } from '#components/ui/field.tsx';
import { useSuggestions } from '#components/market/use-suggestions.ts';
import { Input } from '#components/ui/input.tsx';

interface SearchFieldProps {
  control: FieldControl;
  initial: string;
  /** "/it" on pages whose address carries the language. */
  prefix: string;
}

/** The field for words. As one types it offers what there is; without a script it is a field of a form like any other. */
export function SearchField({ control, initial, prefix }: SearchFieldProps) {
  const t = useTranslations('command');
  const router = useRouter();
  const listId = useId();
  const place = { market: `${prefix}/market`, sellers: `${prefix}/sellers`, locale: useLocale() };
  const { suggested, ask } = useSuggestions(place);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const commands = suggested.map(({ kind, label, href }): Command => {
    return { id: `${kind} ${href}`, label, group: t(`kind.${kind}`), href };
  });
  const isShown = isOpen && commands.length > 0;
  const run = ({ href }: Command) => {
    setOpen(false);
    if (href !== undefined) router.push(href);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (!isShown) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      // One step beyond either end is the field itself.
      setActive((current) => ((current + 1 + move + commands.length + 1) % (commands.length + 1)) - 1);
    }
    if (event.key === 'Escape') {
      event.preventDefault();
      setOpen(false);
    }
    const chosen = commands[active];
    if (event.key === 'Enter' && chosen !== undefined) {
      event.preventDefault();
      run(chosen);
    }
  };
  return (
    <div className="relative">
      <Input
        {...control}
        type="search"
        name="q"
        defaultValue={initial}
        maxLength={200}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={listId}
        aria-activedescendant={isShown && active >= 0 ? `${listId}-${String(active)}` : undefined}
        autoComplete="off"
        onChange={(event) => {
          ask(event.target.value);
          setActive(-1);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
      />
      <div
        hidden={!isShown}
        className="absolute inset-x-0 top-full z-10 mt-1 overflow-hidden rounded-md border border-line bg-surface shadow-raised"
      >
        <CommandList
          id={listId}
          label={t('suggestions')}
          commands={commands}
          active={active}
          onHover={setActive}
          onRun={run}
        />
      </div>
    </div>
  );
}

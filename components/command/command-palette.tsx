'use client';

import { Search } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { usePathname, useRouter } from 'next/navigation';
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';

import { CommandList } from '#components/command/command-list.tsx';
import { findCommands } from '#components/command/commands.ts';
import type { Command } from '#components/command/commands.ts';
import { keepChoice, themeCookie } from '#components/layout/preferences.ts';
import type { Theme } from '#components/layout/preferences.ts';
import { localePrefix, withPrefix } from '#components/layout/public-path.ts';
import { useSuggestions } from '#components/market/use-suggestions.ts';

interface CommandPaletteProps {
  isSignedIn: boolean;
  isOperator: boolean;
  theme: Theme;
}

/** Ctrl-K or ⌘-K: search the market or jump anywhere without leaving the keyboard. */
export function CommandPalette({ isSignedIn, isOperator }: CommandPaletteProps) {
  const t = useTranslations('command');
  const category = useTranslations('category');
  const router = useRouter();
  const prefix = localePrefix(usePathname());
  const dialog = useRef<HTMLDialogElement>(null);
  const listId = useId();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const place = { market: withPrefix(prefix, '/market'), sellers: withPrefix(prefix, '/sellers'), locale: useLocale() };
  const { suggested, ask } = useSuggestions(place);
  const commands = findCommands({ text, prefix, isSignedIn, isOperator, suggested, t, category });
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      toggle(dialog.current);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    dialog.current?.close();
    if (command.href !== undefined) router.push(command.href);
    if (command.theme === undefined) return;
    keepChoice(themeCookie, command.theme);
    document.documentElement.dataset['theme'] = command.theme;
    router.refresh();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      setActive((current) => (current + move + commands.length) % Math.max(commands.length, 1));
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      run(commands[active]);
    }
  };
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => toggle(dialog.current)}
        className="flex min-h-control min-w-control items-center justify-center gap-2 rounded-md px-2 text-text transition-colors hover:bg-accent-soft xl:border xl:border-border xl:bg-surface xl:px-3 xl:text-muted"
      >
        <Search aria-hidden="true" className="size-icon" />
        <span className="sr-only text-sm xl:not-sr-only">{t('hint')}</span>
        <kbd aria-hidden="true" className="hidden rounded-md font-sans border border-line px-1 text-xs xl:inline">
          {t('keys')}
        </kbd>
      </button>
      <dialog
        ref={dialog}
        aria-label={t('title')}
        onClose={() => {
          setText('');
          ask('');
          setActive(0);
        }}
        onClick={(event) => {
          if (event.target === event.currentTarget) event.currentTarget.close();
        }}
        className="mt-[12vh] mb-auto w-[calc(100vw-32px)] max-w-form overflow-hidden rounded-md border border-line bg-surface text-text shadow-raised"
      >
        <div className="flex items-center gap-3 border-b border-line px-4">
          <Search aria-hidden="true" className="size-icon shrink-0 text-muted" />
          <input
            type="text"
            role="combobox"
            aria-label={t('title')}
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={commands[active] === undefined ? undefined : `${listId}-${active}`}
            autoComplete="off"
            autoFocus
            placeholder={t('placeholder')}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              ask(event.target.value);
              setActive(0);
            }}
            onKeyDown={onKeyDown}
            className="min-h-bar w-full bg-transparent text-lg outline-none placeholder:text-muted"
          />
        </div>
        <CommandList
          id={listId}
          label={t('title')}
          commands={commands}
          active={active}
          onHover={setActive}
          onRun={run}
        />
        <p className="hidden border-t border-line px-4 py-2 text-xs text-muted md:block">{t('help')}</p>
      </dialog>
    </>
  );
}

function toggle(dialog: HTMLDialogElement | null): void {
  if (dialog?.open === true) dialog.close();
  else dialog?.showModal();
}

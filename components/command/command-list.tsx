'use client';

import type { Command } from '#components/command/commands.ts';
import { classNames } from '#components/ui/class-names.ts';

interface CommandListProps {
  id: string;
  label: string;
  commands: readonly Command[];
  active: number;
  onHover: (index: number) => void;
  onRun: (command: Command) => void;
}

/** The options; focus stays in the field above, which names the active one. */
export function CommandList({ id, label, commands, active, onHover, onRun }: CommandListProps) {
  return (
    <ul id={id} role="listbox" aria-label={label} className="max-h-[50vh] overflow-y-auto p-2">
      {commands.map((command, index) => (
        <li
          key={command.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          onMouseMove={() => onHover(index)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onRun(command)}
          className={classNames(
            'flex min-h-control cursor-pointer items-center justify-between gap-4 rounded-md px-3',
            index === active && 'bg-accent-soft',
          )}
        >
          <span className="font-medium">{command.label}</span>
          <span className="shrink-0 text-xs text-muted">{command.group}</span>
        </li>
      ))}
    </ul>
  );
}

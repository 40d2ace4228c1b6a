import type { ReactNode } from 'react';

interface ChoiceCardProps {
  value: string;
  isChosen: boolean;
  onChoose: () => void;
  children: ReactNode;
}

/** One of several exclusive choices as a card; the radio button in its corner is a real one. */
export function ChoiceCard({ value, isChosen, onChoose, children }: ChoiceCardProps) {
  return (
    <label
      className={
        'relative grid min-h-control grid-cols-[1fr_auto] gap-x-3 gap-y-1 sm:flex sm:flex-col rounded-md border border-border bg-surface p-4 pr-10 transition-colors ' +
        'hover:bg-accent-soft has-checked:border-accent has-checked:bg-accent-soft has-checked:outline-1 has-checked:outline-accent ' +
        'has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent'
      }
    >
      <input
        type="radio"
        name="choice"
        value={value}
        checked={isChosen}
        onChange={onChoose}
        className="absolute top-4 right-4 size-icon accent-accent outline-none"
      />
      {children}
    </label>
  );
}

'use client';

import { Star } from 'lucide-react';
import { useTranslations } from 'next-intl';

const choices = [1, 2, 3, 4, 5] as const;

interface StarChoiceProps {
  name: string;
  value: number | null;
  onChange: (stars: number) => void;
}

/** Five radio buttons that look like stars. */
export function StarChoice({ name, value, onChange }: StarChoiceProps) {
  const t = useTranslations('review');
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="text-sm font-medium">{t('form.stars')}</legend>
      <div className="flex gap-1">
        {choices.map((stars) => (
          <label
            key={stars}
            className="flex size-control cursor-pointer items-center justify-center rounded-md has-focus-visible:outline-2 has-focus-visible:outline-accent hover:bg-accent-soft"
          >
            <input
              type="radio"
              name={name}
              value={stars}
              checked={value === stars}
              onChange={() => onChange(stars)}
              className="sr-only"
            />
            <span className="sr-only">{t('stars', { count: stars })}</span>
            <Star
              aria-hidden="true"
              className={
                value !== null && stars <= value ? 'size-icon fill-current text-gold' : 'size-icon text-border'
              }
            />
          </label>
        ))}
      </div>
    </fieldset>
  );
}

'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';

import { Choice } from '#components/layout/choice.tsx';
import { keepChoice, themeCookie, themes } from '#components/layout/preferences.ts';
import type { Theme } from '#components/layout/preferences.ts';

export function ThemeChoice({ theme }: { theme: Theme }) {
  const t = useTranslations('layout.theme');
  const router = useRouter();
  const [chosen, setChosen] = useState(theme);
  const choose = (next: Theme) => {
    setChosen(next);
    keepChoice(themeCookie, next);
    document.documentElement.dataset['theme'] = next;
    router.refresh();
  };
  return (
    <Choice
      legend={t('legend')}
      name="theme"
      value={chosen}
      options={themes.map((value) => ({ value, label: t(value) }))}
      onChoose={choose}
    />
  );
}

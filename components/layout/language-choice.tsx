'use client';

import { useLocale, useTranslations } from 'next-intl';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';

import { Choice } from '#components/layout/choice.tsx';
import { keepChoice, localeCookie } from '#components/layout/preferences.ts';
import { localePrefix, withoutLocale, withPrefix } from '#components/layout/public-path.ts';

const languages = ['en', 'it'] as const;

/** On a page whose address carries the language the address changes too; elsewhere the page is drawn again. */
export function LanguageChoice() {
  const t = useTranslations('layout.language');
  const locale = useLocale();
  const router = useRouter();
  const path = usePathname();
  const query = useSearchParams().toString();
  const choose = (next: (typeof languages)[number]) => {
    keepChoice(localeCookie, next);
    if (localePrefix(path) === '') router.refresh();
    else router.push(`${withPrefix(`/${next}`, withoutLocale(path))}${query === '' ? '' : `?${query}`}`);
  };
  return (
    <Choice
      legend={t('legend')}
      name="language"
      value={languages.find((language) => language === locale) ?? 'en'}
      options={languages.map((value) => ({ value, label: t(value), lang: value }))}
      onChoose={choose}
    />
  );
}

import { useTranslations } from 'next-intl';

import { Wordmark } from '#components/layout/wordmark.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

const pages = ['reserve', 'fees', 'terms', 'privacy', 'help'] as const;

export function Footer() {
  const t = useTranslations('layout.footer');
  return (
    <footer className="mt-auto border-t border-line bg-surface">
      <div className="mx-auto grid w-full max-w-page gap-6 px-4 py-10 sm:px-6 md:grid-cols-[1fr_2fr]">
        <Wordmark />
        <div className="flex max-w-prose flex-col gap-2 text-sm text-muted md:justify-self-end">
          <p>{t('what')}</p>
          <p>{t('money')}</p>
          <nav aria-label={t('more')}>
            <ul className="flex flex-wrap gap-x-6 gap-y-2">
              {pages.map((page) => (
                <li key={page}>
                  <TextLink href={`/${page}`} prefetch={false}>
                    {t(page)}
                  </TextLink>
                </li>
              ))}
            </ul>
          </nav>
          <noscript>
            <p className="font-medium text-text">{t('noscript')}</p>
          </noscript>
        </div>
      </div>
    </footer>
  );
}

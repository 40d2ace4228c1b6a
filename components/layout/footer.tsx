import { useTranslations } from 'next-intl';

import { Wordmark } from '#components/layout/wordmark.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

export function Footer() {
  const t = useTranslations('layout.footer');
  return (
    <footer className="mt-auto border-t border-line bg-surface">
      <div className="mx-auto grid w-full max-w-page gap-6 px-4 py-10 sm:px-6 md:grid-cols-[1fr_2fr]">
        <Wordmark />
        <div className="flex max-w-prose flex-col gap-2 text-sm text-muted md:justify-self-end">
          <p>{t('what')}</p>
          <p>{t('money')}</p>
          <p>
            <TextLink href="/reserve" prefetch={false}>
              {t('reserve')}
            </TextLink>
          </p>
          <noscript>
            <p className="font-medium text-text">{t('noscript')}</p>
          </noscript>
        </div>
      </div>
    </footer>
  );
}

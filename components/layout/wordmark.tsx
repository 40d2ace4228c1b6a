import { useTranslations } from 'next-intl';

export function Wordmark() {
  const t = useTranslations('common');
  return <span className="font-display text-display-sm font-semibold tracking-wordmark">{t('brand')}</span>;
}

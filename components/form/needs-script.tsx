import { useTranslations } from 'next-intl';

/** Where something can be done rather than read: says that it takes JavaScript. */
export function NeedsScript() {
  const t = useTranslations('common');
  return (
    <noscript>
      <p className="rounded-md border border-border bg-sunken p-4 font-medium">{t('needsScript')}</p>
    </noscript>
  );
}

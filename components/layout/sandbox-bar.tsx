import { useTranslations } from 'next-intl';
import Link from 'next/link';

/** Says on every page that nothing here is real money. */
export function SandboxBar() {
  const t = useTranslations('layout');
  return (
    <aside
      aria-label={t('sandboxLabel')}
      data-printed
      className="border-b border-gold bg-gold-soft px-4 py-1 text-center text-xs text-gold"
    >
      {t('sandbox')}{' '}
      <span className="print:hidden">
        <Link href="/sandbox/codes" prefetch={false} className="underline underline-offset-2">
          {t('sandboxCodes')}
        </Link>
        {' · '}
        <Link href="/sandbox/mailbox" prefetch={false} className="underline underline-offset-2">
          {t('sandboxMail')}
        </Link>
      </span>
    </aside>
  );
}

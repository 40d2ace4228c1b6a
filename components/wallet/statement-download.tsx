import { Download } from 'lucide-react';
import { useTranslations } from 'next-intl';

import { buttonClass } from '#components/ui/button-class.ts';
import { csvDaysMax } from '#components/wallet/statement-filter.ts';

/** The chosen part of the statement as a file; a period that no file may cover says so instead. */
export function StatementDownload({ href }: { href: string | null }) {
  const t = useTranslations('wallet.csv');
  if (href === null) return <p className="max-w-prose text-sm text-muted">{t('tooLong', { days: csvDaysMax })}</p>;
  return (
    <a
      href={href}
      download
      className={buttonClass({ variant: 'secondary', size: 'small' })}
      title={t('hint', { days: csvDaysMax })}
    >
      <Download aria-hidden="true" className="size-icon-sm" />
      {t('link')}
    </a>
  );
}

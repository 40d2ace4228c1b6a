import { Download } from 'lucide-react';
import { useTranslations } from 'next-intl';

import { buttonClass } from '#components/ui/button-class.ts';
import { exportPath } from '#server/market/imports/import-schema.ts';

/** A file to download, as a button. */
export function FileLink({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} download className={buttonClass({ variant: 'secondary', size: 'small' })}>
      <Download aria-hidden="true" className="size-icon-sm" />
      {children}
    </a>
  );
}

/** The seller's catalogue as a file, without and with what buyers pay for. */
export function ExportLinks() {
  const t = useTranslations('imports.export');
  return (
    <>
      <p className="max-w-prose text-muted">{t('text')}</p>
      <p className="flex flex-wrap gap-3">
        <FileLink href={`${exportPath}export.csv`}>{t('csv')}</FileLink>
        <FileLink href={`${exportPath}export.json`}>{t('json')}</FileLink>
      </p>
      <p className="max-w-prose text-sm text-muted">{t('contentText')}</p>
      <p className="flex flex-wrap gap-3">
        <FileLink href={`${exportPath}export.csv?content=yes`}>{t('contentCsv')}</FileLink>
        <FileLink href={`${exportPath}export.json?content=yes`}>{t('contentJson')}</FileLink>
      </p>
    </>
  );
}

'use client';

import { Download, Printer } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';

import { CopyButton } from '#components/security/copy-button.tsx';
import { Button } from '#components/ui/button.tsx';

const fileName = 'cascade-recovery-codes.txt';

interface NewCodesProps {
  codes: readonly string[];
  username: string;
  onKept: () => void;
}

/** Codes that were just made, until the citizen says that they kept them. Printed, they are alone on the sheet. */
export function NewCodes({ codes, username, onKept }: NewCodesProps) {
  const t = useTranslations('security.codes');
  const format = useFormatter();
  const heading = useRef<HTMLHeadingElement>(null);
  const [madeAt] = useState(() => new Date());
  useEffect(() => heading.current?.focus(), []);
  const of = t('of', { name: username, date: format.dateTime(madeAt, { dateStyle: 'long' }) });
  const sheet = [of, t('once'), '', ...codes, ''].join('\n');
  return (
    <section
      aria-labelledby="new-codes"
      data-print-alone
      className="flex flex-col gap-4 rounded-md border border-gold bg-gold-soft p-4"
    >
      <div className="flex flex-col gap-1">
        <h3 id="new-codes" ref={heading} tabIndex={-1} className="font-semibold">
          {t('newTitle')}
        </h3>
        <p className="print:hidden">{t('newText')}</p>
        <p className="hidden print:block">{of}</p>
        <p className="hidden print:block">{t('once')}</p>
      </div>
      <ol aria-label={t('newTitle')} className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>
            <code className="figures text-lg tracking-caps">{code}</code>
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap gap-3 print:hidden">
        <CopyButton label={t('copy')} text={codes.join('\n')} done={t('copied')} />
        <Button variant="secondary" size="small" onClick={() => downloadText(sheet)}>
          <Download aria-hidden="true" className="size-icon-sm" />
          {t('download')}
        </Button>
        <Button variant="secondary" size="small" onClick={() => window.print()}>
          <Printer aria-hidden="true" className="size-icon-sm" />
          {t('print')}
        </Button>
      </div>
      <div className="print:hidden">
        <Button onClick={onKept}>{t('kept')}</Button>
      </div>
    </section>
  );
}

function downloadText(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}

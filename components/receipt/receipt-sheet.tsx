import { useFormatter, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import { PrintButton } from '#components/receipt/print-button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures, type Figure } from '#components/ui/figures.tsx';

interface ReceiptSheetProps {
  /** What it is a receipt for: the page's heading. */
  title: string;
  /** Under which it is found again. */
  number: string;
  date: Date;
  /** Who is on either side, each with the word for their part. */
  parties: readonly { label: string; name: string; username: string | null }[];
  figures: readonly Figure[];
  children?: ReactNode;
}

/** A receipt as it is read on a page and printed on one sheet. */
export function ReceiptSheet({ title, number, date, parties, figures, children }: ReceiptSheetProps) {
  const t = useTranslations('receipt');
  const format = useFormatter();
  return (
    <Card as="section" labelledBy="receipt">
      <div className="flex flex-col gap-6 break-inside-avoid">
        <div className="flex flex-wrap items-start justify-between gap-4">
          <div className="flex min-w-0 flex-col gap-1">
            <h2 id="receipt" className="text-xl font-semibold wrap-anywhere">
              {title}
            </h2>
            <p className="text-muted">
              <time dateTime={date.toISOString()}>
                {t('date', { date: format.dateTime(date, { dateStyle: 'long', timeStyle: 'medium' }) })}
              </time>
            </p>
          </div>
          <PrintButton />
        </div>
        <ReceiptParties parties={parties} />
        <Figures figures={figures} />
        {children}
        <ReceiptNumber number={number} />
      </div>
    </Card>
  );
}

export function ReceiptParties({ parties }: Pick<ReceiptSheetProps, 'parties'>) {
  return (
    <dl className="grid gap-4 sm:grid-cols-2">
      {parties.map(({ label, name, username }) => (
        <div key={label} className="flex min-w-0 flex-col">
          <dt className="text-sm text-muted">{label}</dt>
          <dd className="font-medium wrap-anywhere">{name}</dd>
          {username === null || username === name ? null : (
            <dd className="text-sm text-muted wrap-anywhere">{username}</dd>
          )}
        </div>
      ))}
    </dl>
  );
}

function ReceiptNumber({ number }: { number: string }) {
  const t = useTranslations('receipt');
  return (
    <dl className="flex flex-col border-t border-line pt-3 text-sm">
      <dt className="text-muted">{t('number')}</dt>
      <dd className="figures wrap-anywhere">{number}</dd>
      <dd className="pt-2 text-muted">{t('issuer')}</dd>
    </dl>
  );
}

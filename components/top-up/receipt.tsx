import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { PrintButton } from '#components/receipt/print-button.tsx';
import { ReceiptParties } from '#components/receipt/receipt-sheet.tsx';
import { DucatFigures, PaidFigures } from '#components/top-up/quote-figures.tsx';
import { Card } from '#components/ui/card.tsx';
import type { TopUpView } from '#server/payments/schema.ts';

interface ReceiptProps {
  topUp: TopUpView;
  /** Named on the receipt that is printed; null where it was only just paid. */
  buyer: { displayName: string; username: string } | null;
}

/** A credited top-up: what came in, what was paid, and its number. */
export function Receipt({ topUp, buyer }: ReceiptProps) {
  const t = useTranslations('top-up.receipt');
  const format = useFormatter();
  return (
    <Card as="section" labelledBy="receipt">
      <div className="flex flex-col gap-6">
        <div className="flex flex-col gap-2">
          <h2 id="receipt" className="sr-only">
            {t('figures')}
          </h2>
          <p className="text-2xl font-semibold sm:text-display">
            <Amount asset="DUCAT" minor={topUp.baseMinor + topUp.bonusMinor} isEntry />
          </p>
          {topUp.creditedAt === null ? null : (
            <p className="text-muted">
              {t('credited', { date: format.dateTime(topUp.creditedAt, { dateStyle: 'long', timeStyle: 'short' }) })}
            </p>
          )}
          {topUp.holdUntil === null ? null : (
            <p className="text-sm text-muted">
              {t('held', { date: format.dateTime(topUp.holdUntil, { dateStyle: 'long', timeStyle: 'short' }) })}
            </p>
          )}
        </div>
        {buyer === null ? null : <TopUpParties buyer={buyer} />}
        <div className="grid gap-6 sm:grid-cols-2 sm:gap-10">
          <DucatFigures quote={topUp} sumLabel={t('received')} />
          <PaidFigures quote={topUp} feeLabel={t('fee')} totalLabel={t('total')} />
        </div>
        <dl className="flex flex-col text-sm">
          <dt className="text-muted">{t('number')}</dt>
          <dd className="figures wrap-anywhere">{topUp.id}</dd>
        </dl>
        {buyer === null ? null : <PrintButton />}
      </div>
    </Card>
  );
}

function TopUpParties({ buyer }: { buyer: { displayName: string; username: string } }) {
  const t = useTranslations('receipt.topUp');
  return (
    <ReceiptParties
      parties={[
        { label: t('house'), name: t('houseName'), username: null },
        { label: t('citizen'), name: buyer.displayName, username: buyer.username },
      ]}
    />
  );
}

import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { DucatFigures, PaidFigures } from '#components/top-up/quote-figures.tsx';
import { Card } from '#components/ui/card.tsx';
import type { TopUpView } from '#server/payments/schema.ts';

/** A credited top-up: what came in, what was paid, and its number. */
export function Receipt({ topUp }: { topUp: TopUpView }) {
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
        <div className="grid gap-6 sm:grid-cols-2 sm:gap-10">
          <DucatFigures quote={topUp} sumLabel={t('received')} />
          <PaidFigures quote={topUp} feeLabel={t('fee')} totalLabel={t('total')} />
        </div>
        <dl className="flex flex-col text-sm">
          <dt className="text-muted">{t('number')}</dt>
          <dd className="figures">{topUp.id}</dd>
        </dl>
      </div>
    </Card>
  );
}

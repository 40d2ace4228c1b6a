import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures, type Figure } from '#components/ui/figures.tsx';
import type { CashOutRoom } from '#server/payments/cash-outs/cash-out-schema.ts';

/** What may become dollars, what the limits let out now, and when more of it clears. */
export function Cashable({ room }: { room: CashOutRoom }) {
  const t = useTranslations('cash-out.cashable');
  const format = useFormatter();
  const figures: Figure[] = [
    { key: 'cleared', label: t('cleared'), value: <Amount asset="DUCAT" minor={room.cashableMinor} /> },
    { key: 'day', label: t('day'), value: <Amount asset="DUCAT" minor={room.dayLeftMinor} />, tone: 'muted' },
    { key: 'month', label: t('month'), value: <Amount asset="DUCAT" minor={room.monthLeftMinor} />, tone: 'muted' },
    { key: 'now', label: t('now'), value: <Amount asset="DUCAT" minor={room.availableMinor} />, isTotal: true },
  ];
  if (room.owedMinor > 0n) {
    const owed = <Amount asset="USD" minor={room.owedMinor} />;
    figures.push({ key: 'owed', label: t('owed'), value: owed, tone: 'danger' });
  }
  return (
    <Card as="section" labelledBy="cashable">
      <div className="flex flex-col gap-4">
        <h2 id="cashable" className="text-lg font-semibold">
          {t('title')}
        </h2>
        <Figures figures={figures} />
        <p className="text-sm text-muted">{t('note')}</p>
        {room.clearings.length === 0 ? null : (
          <>
            <h3 className="font-semibold">{t('clearings')}</h3>
            <ul className="flex flex-col gap-1">
              {room.clearings.map(({ at, amountMinor }) => (
                <li key={at.toISOString()} className="flex flex-wrap justify-between gap-2">
                  <span>{format.dateTime(at, { dateStyle: 'long', timeStyle: 'short' })}</span>
                  <Amount asset="DUCAT" minor={amountMinor} />
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Card>
  );
}

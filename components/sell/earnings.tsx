'use client';

import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { shareFloor } from '#server/money/money.ts';
import type { Tier } from '#server/platform/session.ts';

const million = 1_000_000;

interface EarningsProps {
  priceMinor: bigint | null;
  tier: Tier;
  /** The house's share in millionths. */
  saleFeePpm: number;
}

/** What is left of a price once the house has taken its fee; dashes while there is no price. */
export function Earnings({ priceMinor, tier, saleFeePpm }: EarningsProps) {
  const t = useTranslations('sell.earnings');
  const tiers = useTranslations('tier');
  const format = useFormatter();
  const rate = format.number(saleFeePpm / million, { style: 'percent', maximumFractionDigits: 4 });
  const feeMinor = shareFloor(priceMinor ?? 0n, saleFeePpm);
  const amount = (minor: bigint) => (priceMinor === null ? '–' : <Amount asset="DUCAT" minor={minor} />);
  return (
    <Card as="section" labelledBy="listing-earnings">
      <h2 id="listing-earnings" className="pb-2 text-lg font-semibold">
        {t('title')}
      </h2>
      <Figures
        figures={[
          { key: 'price', label: t('price'), value: amount(priceMinor ?? 0n) },
          { key: 'fee', label: t('fee', { rate }), value: amount(-feeMinor) },
          { key: 'net', label: t('net'), value: amount((priceMinor ?? 0n) - feeMinor), isTotal: true },
        ]}
      />
      <p className="pt-3 text-sm text-muted">{t('note', { tier: tiers(tier) })}</p>
    </Card>
  );
}

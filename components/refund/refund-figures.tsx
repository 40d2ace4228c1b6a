import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { RefundFigures as RefundAmounts } from '#server/payments/refunds/refund-schema.ts';

/** What a refund moves: dollars back to the card, ducats out of the wallet, and what is owed for spent ones. */
export function RefundFigures({ figures, debtMinor = 0n }: { figures: RefundAmounts; debtMinor?: bigint }) {
  const t = useTranslations('refund.figures');
  const dollars = (key: 'price' | 'fee' | 'tax' | 'total' | 'debt', minor: bigint) => ({
    key,
    label: t(key),
    value: <Amount asset="USD" minor={minor} />,
  });
  const ducats = (key: 'base' | 'bonus', minor: bigint) => ({
    key,
    label: t(key),
    value: <Amount asset="DUCAT" minor={-minor} unit="none" isEntry />,
  });
  return (
    <Figures
      figures={[
        ducats('base', figures.baseMinor),
        ...(figures.bonusMinor === 0n ? [] : [ducats('bonus', figures.bonusMinor)]),
        ...(debtMinor === 0n ? [] : [{ ...dollars('debt', debtMinor), tone: 'danger' as const }]),
        dollars('price', figures.priceMinor),
        dollars('fee', figures.feeMinor),
        ...(figures.taxMinor === 0n ? [] : [dollars('tax', figures.taxMinor)]),
        { ...dollars('total', figures.totalMinor), isTotal: true },
      ]}
    />
  );
}

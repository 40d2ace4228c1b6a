import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { Reserve } from '#server/payments/reconciliation/reserve.ts';

/** Where all ducats are; the parts add up to what was issued. */
export function DucatFigures({ reserve }: { reserve: Reserve }) {
  const t = useTranslations('reserve');
  const ducats = (minor: bigint) => <Amount asset="DUCAT" minor={minor} unit="none" />;
  const { walletsMinor, heldMinor, escrowMinor, suspenseMinor, houseMinor, issuedMinor } = reserve;
  return (
    <Figures
      figures={[
        { key: 'wallets', label: t('wallets'), value: ducats(walletsMinor) },
        { key: 'escrow', label: t('escrow'), value: ducats(escrowMinor) },
        { key: 'suspense', label: t('suspense'), value: ducats(suspenseMinor) },
        { key: 'house', label: t('house'), value: ducats(houseMinor) },
        { key: 'issued', label: t('issued'), value: ducats(issuedMinor), isTotal: true },
        { key: 'held', label: t('held'), value: ducats(heldMinor), tone: 'muted' },
      ]}
    />
  );
}

/** What is owed against ducats, and the dollars that are there for it. */
export function DollarFigures({ reserve }: { reserve: Reserve }) {
  const t = useTranslations('reserve');
  return (
    <Figures
      figures={[
        { key: 'float', label: t('float'), value: <Amount asset="USD" minor={reserve.floatMinor} /> },
        { key: 'behind', label: t('behind'), value: <Amount asset="USD" minor={reserve.dollarsMinor} /> },
      ]}
    />
  );
}

import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { ReceiptSheet } from '#components/receipt/receipt-sheet.tsx';
import type { Figure } from '#components/ui/figures.tsx';
import type { OrderView } from '#server/market/orders/order-schema.ts';

const million = 1_000_000;

/** What was bought at which price; for its seller also the house's fee and what is left. */
export function OrderReceipt({ order }: { order: OrderView }) {
  const t = useTranslations('receipt');
  const states = useTranslations('order.state');
  const format = useFormatter();
  const amount = (minor: bigint) => <Amount asset="DUCAT" minor={minor} />;
  const rate = format.number(order.feePpm / million, { style: 'percent', maximumFractionDigits: 4 });
  const ofSeller: Figure[] = [
    { key: 'fee', label: t('order.fee', { rate }), value: amount(0n - order.feeMinor) },
    { key: 'net', label: t('order.net'), value: amount(order.totalMinor - order.feeMinor), isTotal: true },
  ];
  const party = (label: string, { displayName: name, username }: OrderView['buyer']) => ({ label, name, username });
  return (
    <ReceiptSheet
      title={order.listingTitle}
      number={order.id}
      date={order.createdAt}
      parties={[party(t('order.seller'), order.seller), party(t('order.buyer'), order.buyer)]}
      figures={[
        { key: 'unit', label: t('order.unit'), value: amount(order.unitPriceMinor) },
        { key: 'quantity', label: t('order.quantity'), value: format.number(order.quantity) },
        { key: 'total', label: t('order.total'), value: amount(order.totalMinor), isTotal: true },
        ...(order.viewer === 'buyer' ? [] : ofSeller),
      ]}
    >
      <p className="text-sm text-muted">{t('order.stateNow', { state: states(order.state) })}</p>
    </ReceiptSheet>
  );
}

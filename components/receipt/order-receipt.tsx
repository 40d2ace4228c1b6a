import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { netMinorOf } from '#components/order/order-amounts.tsx';
import { useDiscountFigures } from '#components/order/discount-figures.tsx';
import { ReceiptSheet } from '#components/receipt/receipt-sheet.tsx';
import type { Figure } from '#components/ui/figures.tsx';
import type { OrderView } from '#server/market/orders/order-schema.ts';

const million = 1_000_000;

/** What was bought at which price; for its seller also the house's fee and what is left. */
export function OrderReceipt({ order }: { order: OrderView }) {
  const t = useTranslations('receipt');
  const states = useTranslations('order.state');
  const format = useFormatter();
  const discounts = useDiscountFigures(order.lines);
  const amount = (minor: bigint) => <Amount asset="DUCAT" minor={minor} />;
  const rate = format.number(order.feePpm / million, { style: 'percent', maximumFractionDigits: 4 });
  const ofSeller: Figure[] = [
    { key: 'fee', label: t('order.fee', { rate }), value: amount(0n - order.feeMinor) },
    { key: 'net', label: t('order.net'), value: amount(netMinorOf(order)), isTotal: true },
  ];
  const back: Figure = { key: 'refunded', label: t('order.refunded'), value: amount(order.refundedMinor) };
  const party = (label: string, { displayName: name, username }: OrderView['buyer']) => ({ label, name, username });
  return (
    <ReceiptSheet
      title={order.listingTitle}
      number={order.id}
      date={order.createdAt}
      parties={[party(t('order.seller'), order.seller), party(t('order.buyer'), order.buyer)]}
      figures={[
        ...order.lines.map((line) => ({
          key: String(line.line),
          label: <LineLabel line={line} />,
          value: amount(line.listUnitPriceMinor * BigInt(line.quantity)),
        })),
        ...discounts,
        { key: 'total', label: t('order.total'), value: amount(order.totalMinor), isTotal: true },
        ...(order.refundedMinor === 0n ? [] : [back]),
        ...(order.viewer === 'buyer' ? [] : ofSeller),
      ]}
    >
      <p className="text-sm text-muted">{t('order.stateNow', { state: states(order.state) })}</p>
    </ReceiptSheet>
  );
}

function LineLabel({ line }: { line: OrderView['lines'][number] }) {
  const format = useFormatter();
  const { quantity, title, optionValues, listUnitPriceMinor } = line;
  const chosen = optionValues.length === 0 ? '' : ` (${optionValues.join(', ')})`;
  return (
    <>
      {format.number(quantity)} × {title}
      {chosen}
      {quantity === 1 ? null : (
        <span className="block text-sm text-muted">
          <Amount asset="DUCAT" minor={listUnitPriceMinor} />
        </span>
      )}
    </>
  );
}

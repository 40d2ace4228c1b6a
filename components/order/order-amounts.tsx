import { Amount } from '#components/money/amount.tsx';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';

export interface OrderAmounts {
  totalMinor: DucatMinor;
  feeMinor: DucatMinor;
}

/** What the seller gets once the order is completed. */
export function netMinorOf({ totalMinor, feeMinor }: OrderAmounts): DucatMinor {
  return ducat(totalMinor - feeMinor);
}

/** The amounts of an order for the tags `total`, `fee` and `net` of a sentence. */
export function amountTags(order: OrderAmounts) {
  return {
    total: () => <Amount asset="DUCAT" minor={order.totalMinor} />,
    fee: () => <Amount asset="DUCAT" minor={order.feeMinor} />,
    net: () => <Amount asset="DUCAT" minor={netMinorOf(order)} />,
  };
}

import { Amount } from '#components/money/amount.tsx';
import { ducat } from '#server/money/money.ts';
import type { DucatMinor } from '#server/money/money.ts';

export interface OrderAmounts {
  totalMinor: DucatMinor;
  /** What went back to the buyer by now. */
  refundedMinor: DucatMinor;
  /** On what did not go back. */
  feeMinor: DucatMinor;
}

/** What did not go back to the buyer: in escrow while the order is open, the seller's and the house's afterwards. */
export function leftMinorOf({ totalMinor, refundedMinor }: OrderAmounts): DucatMinor {
  return ducat(totalMinor - refundedMinor);
}

/** What the seller gets once the order is completed. */
export function netMinorOf(order: OrderAmounts): DucatMinor {
  return ducat(leftMinorOf(order) - order.feeMinor);
}

/** The amounts of an order for the tags `total`, `left`, `back`, `fee` and `net` of a sentence. */
export function amountTags(order: OrderAmounts) {
  return {
    total: () => <Amount asset="DUCAT" minor={order.totalMinor} />,
    left: () => <Amount asset="DUCAT" minor={leftMinorOf(order)} />,
    back: () => <Amount asset="DUCAT" minor={order.refundedMinor} />,
    fee: () => <Amount asset="DUCAT" minor={order.feeMinor} />,
    net: () => <Amount asset="DUCAT" minor={netMinorOf(order)} />,
  };
}

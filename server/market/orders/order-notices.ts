import type { Notice } from '#server/citizens/notifications.ts';
import type { NotificationDetails, NotificationKind } from '#server/citizens/schema.ts';
import type { OrderState } from '#server/market/orders/order-schema.ts';
import type { OrderTransition } from '#server/market/orders/process.ts';
import type { PricedLine } from '#server/market/orders/purchase-lines.ts';
import { formatAmount } from '#server/money/money.ts';

/** What the sides of an order are told, in the transaction of what happened. Whoever took a step knows of it. */

interface Parties {
  readonly id: string;
  readonly buyerId: string;
  readonly sellerId: string;
}

/** Tells the seller what was bought, and by the state whether they have to accept it first. */
export function noticeOfNewOrder(placed: { order: Parties; lines: readonly PricedLine[]; state: OrderState }): Notice {
  const { order, lines, state } = placed;
  const details = { order: order.id, name: lines[0]?.listing.title ?? '', to: state };
  return { citizenId: order.sellerId, kind: 'order_placed', details };
}

/** Tells the other side, or both where neither of them took the step. */
export function noticesOfStep(step: {
  order: Parties & { listingTitle: string };
  transition: OrderTransition;
  /** Centesimi that the step gives back or offers. */
  backMinor: bigint | null;
}): Notice[] {
  const { order, transition, backMinor } = step;
  const amount = backMinor === null ? null : formatAmount(backMinor, 'DUCAT', { locale: 'en' });
  const kind = kindOf(transition);
  const details: NotificationDetails = { order: order.id, name: order.listingTitle, to: transition.to, amount };
  return toldOf(transition, order).map((citizenId) => ({ citizenId, kind, details }));
}

function kindOf({ action }: OrderTransition): NotificationKind {
  if (action === 'refund_part') return 'order_part_refunded';
  return action === 'propose' ? 'order_proposal' : 'order_moved';
}

/** In one order, whoever they are, so that two at once never wait for each other. */
function toldOf({ actor }: OrderTransition, { buyerId, sellerId }: Parties): string[] {
  if (actor === 'buyer') return [sellerId];
  return actor === 'seller' ? [buyerId] : [buyerId, sellerId].toSorted();
}

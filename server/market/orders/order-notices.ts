import { notify } from '#server/citizens/notifications.ts';
import type { NotificationDetails, NotificationKind } from '#server/citizens/schema.ts';
import { tellOfGiftStep } from '#server/market/gifts/gift-notices.ts';
import type { OrderState } from '#server/market/orders/order-schema.ts';
import type { OrderTransition } from '#server/market/orders/process.ts';
import type { PricedLine } from '#server/market/orders/purchase-lines.ts';
import { formatAmount } from '#server/money/money.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';

/** What the sides of an order are told, in the transaction of what happened. Whoever took a step knows of it. */

interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
}

interface Parties {
  readonly id: string;
  readonly buyerId: string;
  readonly sellerId: string;
}

/** Tells the seller what was bought, and by the state whether they have to accept it first. */
export async function tellOfNewOrder(
  tx: Tx,
  tools: Tools,
  placed: { order: Parties; lines: readonly PricedLine[]; state: OrderState },
): Promise<void> {
  const { order, lines, state } = placed;
  const details = { order: order.id, name: lines[0]?.listing.title ?? '', to: state };
  await notify(tx, tools, { citizenId: order.sellerId, kind: 'order_placed', details });
}

/** Tells the other side, or both where neither of them took the step. */
export async function tellOfStep(
  tx: Tx,
  tools: Tools,
  step: {
    order: Parties & { listingTitle: string; recipientId: string | null };
    transition: OrderTransition;
    /** Centesimi that the step gives back or offers. */
    backMinor: bigint | null;
  },
): Promise<void> {
  const { order, transition, backMinor } = step;
  const amount = backMinor === null ? null : formatAmount(backMinor, 'DUCAT', { locale: 'en' });
  const kind = kindOf(transition);
  const details: NotificationDetails = { order: order.id, name: order.listingTitle, to: transition.to, amount };
  for (const citizenId of toldOf(transition, order)) await notify(tx, tools, { citizenId, kind, details });
  if (transition.from !== transition.to) await tellOfGiftStep(tx, tools, { order, to: transition.to });
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

import type { OrderProposal } from '#server/market/orders/order-schema.ts';
import { ducat } from '#server/money/money.ts';
import type { Db } from '#server/platform/db.ts';

/** The proposal that stands in a dispute: the last one of either side; null where there is none or the dispute is over. */
export async function proposalOf(
  db: Db,
  order: { id: string; buyerId: string; state: string },
): Promise<OrderProposal | null> {
  if (order.state !== 'disputed') return null;
  const event = await db.orderEvent.findFirst({
    where: { orderId: order.id, action: 'propose' },
    orderBy: { sequence: 'desc' },
    select: { sequence: true, actorId: true, amountMinor: true },
  });
  if (event === null || event.amountMinor === null) return null;
  const by = event.actorId === order.buyerId ? 'buyer' : 'seller';
  return { sequence: event.sequence, by, backMinor: ducat(event.amountMinor) };
}

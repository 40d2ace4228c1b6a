import { citizensByIds } from '#server/citizens/queries.ts';
import type { OrderState } from '#server/market/orders/order-schema.ts';
import { tell } from '#server/market/people/blocks.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';

/** What whoever receives a gift is told of it, unless they do not want to hear of the giver. */

interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
}

interface GivenOrder {
  readonly id: string;
  readonly buyerId: string;
  readonly recipientId: string | null;
}

/** That something was bought for them. Nothing where an order is no gift. */
export async function tellOfGift(
  tx: Tx,
  tools: Tools,
  { order, title }: { order: GivenOrder; title: string },
): Promise<void> {
  const { recipientId: citizenId, buyerId: from } = order;
  if (citizenId === null) return;
  const giver = (await citizensByIds(tx, [from])).get(from);
  invariant(giver !== undefined, 'whoever buys is a known citizen');
  const details = { order: order.id, title, name: giver.displayName };
  await tell(tx, tools, { citizenId, kind: 'gift_given', details, from });
}

const told: readonly OrderState[] = ['delivered', 'declined', 'cancelled', 'refunded'];

/** That it was delivered, or does not come. */
export async function tellOfGiftStep(
  tx: Tx,
  tools: Tools,
  { order, to }: { order: GivenOrder & { listingTitle: string }; to: OrderState },
): Promise<void> {
  const { recipientId: citizenId, buyerId: from } = order;
  if (citizenId === null || !told.includes(to)) return;
  const details = { order: order.id, title: order.listingTitle, to };
  await tell(tx, tools, { citizenId, kind: 'gift_moved', details, from });
}

import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';

/** What the market does for a dispute. */
export interface DisputedOrders {
  /**
   * Cancels an open order of the buyer's, so that what its escrow holds is in the buyer's wallet again. False when it is
   * none of the market's orders or is over already. It posts, so it is the last thing of its transaction.
   */
  cancel(tx: Tx, order: { orderId: string; clock: Clock; ids: Ids; secret: string }): Promise<boolean>;
}

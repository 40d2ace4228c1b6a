import { attemptsLoggedAs } from '#server/payments/attempts.ts';
import type { StartDeps } from '#server/payments/flows.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { continueCheckout } from './checkout-flows.ts';
import { waitingCheckouts } from './checkout-queries.ts';

const attempt = attemptsLoggedAs('a purchase that waits for a top-up could not go on');
const batchMax = 200;
const unusedAfterMs = 30 * 86_400_000;

/** Buys what waits for a top-up that is in the wallet by now, where its citizen did not come back. */
export async function continueCheckouts(deps: Pick<StartDeps, 'database' | 'clock' | 'ids' | 'secret'>): Promise<void> {
  const waiting = await waitingCheckouts(deps.database.client, { limit: batchMax });
  for (const { topUpId } of waiting) await attempt(topUpId, () => continueCheckout(deps, { topUpId }));
}

/** Forgets the carts of browsers that nobody came back with. Returns how many. */
export async function forgetBrowserCarts({ database, clock }: { database: Database; clock: Clock }): Promise<number> {
  const before = new Date(clock.now().getTime() - unusedAfterMs);
  const { count } = await database.client.cart.deleteMany({ where: { citizenId: null, updatedAt: { lt: before } } });
  return count;
}

import { matchPayouts } from './payout-matching-flows.ts';
import { log } from '#server/platform/log.ts';
import type { PaymentDeps } from '#server/payments/flows.ts';
import { compareBalance, reconcile } from './reconciliation-flows.ts';
import { reconciliationCounts } from './reconciliation-queries.ts';

/** Reads what moved at Stripe since the last time; an alarm is raised for what does not fit for more than an hour. */
export async function reconcileNews(deps: PaymentDeps): Promise<void> {
  const { fresh, matchedLater } = await reconcile(deps);
  if (fresh + matchedLater > 0) log().debug({ fresh, matchedLater }, 'movements at Stripe were matched with the books');
  const { overdue } = await reconciliationCounts(deps.database.client, deps.clock.now());
  if (overdue > 0) log().error({ overdue }, 'movements at Stripe and the books do not fit for more than an hour');
}

/** Once a day: a week of movements again, payouts beside their transfers, and Stripe's balance beside ours. */
export async function reconcileDay(deps: PaymentDeps): Promise<void> {
  await reconcile(deps, { isWhole: true });
  await matchPayouts(deps);
  const compared = await compareBalance(deps);
  const { unexplainedMinor } = compared;
  if (unexplainedMinor === 0n) return;
  log().error(
    { unexplainedMinor: String(unexplainedMinor) },
    "Stripe's balance is not what the books say, unexplained",
  );
}

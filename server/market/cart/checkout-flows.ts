import { defaultSettings } from '#server/payments/packages.ts';
import { startTopUp, type StartDeps } from '#server/payments/flows.ts';
import { topUpById } from '#server/payments/queries.ts';
import { asRefusal, refuse } from '#server/platform/errors.ts';
import type { CheckOutInput, CheckoutView } from './cart-schema.ts';
import { checkoutOfTopUp } from './checkout-queries.ts';
import { agreeOnTopUp, endWaiting, noteTopUp, placeWaiting } from './checkouts.ts';

/**
 * Opens Stripe's page for the ducats that are missing; once they are in the wallet, the cart is bought by itself. Safe to
 * repeat with the same key after any failure. Refuses what `agreeOnTopUp` and `startTopUp` refuse.
 */
export async function topUpAndBuy(
  deps: StartDeps,
  input: { citizenId: string; checkout: CheckOutInput },
): Promise<{ checkoutUrl: string; topUpId: string }> {
  const leastPriceMinor = defaultSettings.customMinorMin;
  const agreed = await deps.database.inTransaction((tx) => agreeOnTopUp(tx, { ...deps, ...input, leastPriceMinor }));
  const choice = { kind: 'custom', priceMinor: agreed.priceMinor } as const;
  const topUp = await startTopUp(deps, { citizenId: input.citizenId, choice, key: agreed.checkoutId });
  const { checkoutId } = agreed;
  await deps.database.inTransaction((tx) => noteTopUp(tx, { checkoutId, topUpId: topUp.topUpId }));
  return topUp;
}

/**
 * Buys what waited for this top-up, once it is in the wallet: by the page that the citizen comes back to and by the worker,
 * also at the same time. Where something changed meanwhile nothing is bought, and it says why. Refuses
 * `checkout_not_found`, also for somebody else's.
 */
export async function continueCheckout(
  deps: Pick<StartDeps, 'database' | 'clock' | 'ids' | 'secret'>,
  input: { topUpId: string; citizenId?: string },
): Promise<CheckoutView> {
  const { database } = deps;
  const known = await checkoutOfTopUp(database.client, input);
  if (known === null) throw refuse('not_found', 'checkout_not_found', 'No purchase waits for this payment.');
  const { id: checkoutId } = known;
  if (known.state === 'waiting') {
    const topUp = await topUpById(database.client, input.topUpId);
    if (topUp?.state === 'credited') await placeOrEnd(deps, checkoutId);
    else if (topUp?.state === 'expired' || topUp?.state === 'failed' || topUp?.state === 'returned')
      await database.inTransaction((tx) => endWaiting(tx, { ...deps, checkoutId, refusal: null }));
  }
  const now = (await checkoutOfTopUp(database.client, input)) ?? known;
  return { state: now.state, orderIds: now.orderIds, refusal: now.refusal };
}

/** A refusal ends it: whoever bought ducats for it has them, and decides anew. Anything else is tried again. */
async function placeOrEnd(
  deps: Pick<StartDeps, 'database' | 'clock' | 'ids' | 'secret'>,
  checkoutId: string,
): Promise<void> {
  const { database } = deps;
  try {
    await database.inTransaction((tx) => placeWaiting(tx, { ...deps, checkoutId }));
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal === null || refusal.kind === 'unavailable') throw error;
    await database.inTransaction((tx) => endWaiting(tx, { ...deps, checkoutId, refusal: refusal.code }));
  }
}

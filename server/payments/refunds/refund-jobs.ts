import { isDatabaseUnavailable, isDomainError } from '#server/platform/errors.ts';
import { log } from '#server/platform/log.ts';
import type { PaymentDeps } from '#server/payments/flows.ts';
import { prepareRefund, sendRefund } from './refund-flows.ts';
import { unsettledRefunds } from './refund-queries.ts';

const batchMax = 100;
const sendAfterMs = 60_000;
const askAfterMs = 30 * 60_000;

/**
 * Goes on with refunds where a process died or Stripe was away: those that were requested are sent, and Stripe is asked
 * about those of which no event told how they ended.
 */
export async function settleRefunds(deps: PaymentDeps): Promise<void> {
  const nowMs = deps.clock.now().getTime();
  const unsettled = await unsettledRefunds(deps.database.client, {
    requestedBefore: new Date(nowMs - sendAfterMs),
    sentBefore: new Date(nowMs - askAfterMs),
    limit: batchMax,
  });
  for (const { id, stripeRefundId } of unsettled) {
    try {
      await (stripeRefundId === null ? sendRefund(deps, id) : askAgain(deps, stripeRefundId));
    } catch (error) {
      const isOutage = isDatabaseUnavailable(error) || (isDomainError(error) && error.kind === 'unavailable');
      if (isOutage) throw error;
      log().error({ err: error, refundId: id }, 'a refund could not be settled');
    }
  }
}

async function askAgain(deps: PaymentDeps, stripeRefundId: string): Promise<void> {
  const effect = await prepareRefund(deps, stripeRefundId);
  if (effect !== null) await deps.database.inTransaction(effect);
}

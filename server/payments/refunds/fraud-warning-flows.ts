import type Stripe from 'stripe';
import { isDomainError } from '#server/platform/errors.ts';
import type { Effect, PaymentDeps } from '#server/payments/flows.ts';
import { noteFraudWarning } from './fraud-warnings.ts';
import { paidTopUpOf, refundTopUp } from './refund-flows.ts';
import { refundSettings } from './refund-rules.ts';
import { callStripe, isMissingAtStripe } from '#server/payments/stripe/stripe-errors.ts';

/**
 * Fetches a card issuer's report of fraud fresh and keeps it. Where nobody touched the ducats of the payment it is
 * refunded at once, which is cheaper than the dispute that would follow; else it waits for an operator. Null for payments
 * of anything but a top-up.
 */
export async function prepareFraudWarning(deps: PaymentDeps, warningId: string): Promise<Effect | null> {
  const warning = await fetchWarning(deps, warningId);
  const chargeId = typeof warning?.charge === 'string' ? warning.charge : warning?.charge.id;
  if (warning === null || chargeId === undefined) return null;
  const topUpId = await paidTopUpOf(deps, chargeId);
  if (topUpId === null) return null;
  const { fraud_type: fraudType, actionable: isActionable } = warning;
  const isOpen = await deps.database.inTransaction((tx) =>
    noteFraudWarning(tx, deps, { stripeId: warningId, topUpId, fraudType, isActionable }),
  );
  if (isOpen && refundSettings.refundsWarnings) await refundUntouched(deps, { topUpId, key: warningId });
  return () => Promise.resolve();
}

/** What keeps a warned payment from being refunded by itself; an operator sees it in the list. */
const forAnOperator: readonly string[] = [
  'refund_ducats_spent',
  'refund_nothing_left',
  'refund_disputed',
  'account_frozen',
];

async function refundUntouched(deps: PaymentDeps, { topUpId, key }: { topUpId: string; key: string }): Promise<void> {
  const request = {
    topUpId,
    key,
    priceMinor: null,
    reason: 'fraudulent',
    policy: 'refuse',
    note: null,
    by: null,
  } as const;
  try {
    await refundTopUp(deps, { ...request, origin: 'fraud_warning' });
  } catch (error) {
    if (!isDomainError(error) || !forAnOperator.includes(error.code)) throw error;
  }
}

async function fetchWarning(deps: PaymentDeps, id: string): Promise<Stripe.Radar.EarlyFraudWarning | null> {
  try {
    return await callStripe(() => deps.stripe.radar.earlyFraudWarnings.retrieve(id));
  } catch (error) {
    if (isMissingAtStripe(error)) return null;
    throw error;
  }
}

import type Stripe from 'stripe';
import type { StripeMovement } from '#server/payments/reconciliation/reconciliation-rules.ts';

/** A balance transaction of the SDK as the books take it. */
export function movementOf(transaction: Stripe.BalanceTransaction): StripeMovement {
  const { id, type, source, amount, fee, currency, created } = transaction;
  return {
    id,
    type,
    sourceId: typeof source === 'object' ? (source?.id ?? null) : source,
    amountMinor: BigInt(amount),
    feeMinor: BigInt(fee),
    currency,
    createdAt: new Date(created * 1_000),
    availableOn: new Date(transaction.available_on * 1_000),
  };
}

import { refuse } from '#server/platform/errors.ts';
import type Stripe from 'stripe';
import { refundReasons, type RefundReason } from './refund-schema.ts';

/** What Stripe says of a refund, and what is to be booked for it. */

export interface StripeRefundFacts {
  id: string;
  chargeId: string;
  status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
  totalMinor: bigint;
  /** Whether the amount left the balance at Stripe; it may have come back since. */
  hasMoved: boolean;
  /** Whether a bank's payment is refunded and not a card's: Stripe names its balance transactions otherwise. */
  isPayment: boolean;
  reason: RefundReason;
  failureCode: string | null;
}

const statuses = ['pending', 'requires_action', 'succeeded', 'failed', 'canceled'] as const;

/** What of Stripe's object counts, fetched fresh. Refuses `refund_malformed`. */
export function factsOfRefund(refund: Stripe.Refund): StripeRefundFacts {
  const status = statuses.find((known) => known === refund.status);
  const chargeId = typeof refund.charge === 'string' ? refund.charge : refund.charge?.id;
  if (status === undefined || chargeId === undefined) {
    throw refuse('conflict', 'refund_malformed', 'Stripe says something of a refund that is not understood.');
  }
  const { id, amount, reason } = refund;
  return {
    id,
    chargeId,
    status,
    totalMinor: BigInt(amount),
    hasMoved: refund.balance_transaction !== null || status === 'succeeded',
    isPayment: chargeId.startsWith('py_'),
    reason: refundReasons.find((known) => known === reason) ?? 'requested_by_customer',
    failureCode: refund.failure_reason ?? null,
  };
}

/**
 * `note`: Stripe has it. `book`: Stripe has taken the dollars. `settle`: it arrived. `release`: it ended before Stripe
 * took anything. `reverse`: the dollars came back. Null: the books say what Stripe says.
 */
export type RefundStep = 'note' | 'book' | 'settle' | 'release' | 'reverse';

/** The next step from where a refund stands in the books to where it stands at Stripe. */
export function nextRefundStep(
  refund: { state: string; bookedAt: Date | null; stripeRefundId: string | null },
  facts: Pick<StripeRefundFacts, 'status' | 'hasMoved'>,
): RefundStep | null {
  if (refund.state === 'failed' || refund.state === 'canceled') return null;
  const isOver = facts.status === 'failed' || facts.status === 'canceled';
  if (refund.bookedAt === null) {
    if (facts.hasMoved) return 'book';
    if (isOver) return 'release';
    return refund.stripeRefundId === null ? 'note' : null;
  }
  if (isOver) return 'reverse';
  return facts.status === 'succeeded' && refund.state === 'sent' ? 'settle' : null;
}

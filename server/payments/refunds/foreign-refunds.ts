import { inputHash } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { heldTransfers } from './refund-requests.ts';
import { holderOf, isFrozen, lockRefund, refundedParts, takeableOf } from './refund-rows.ts';
import { coverageOf, leftOf, partsOfTotal } from './refund-rules.ts';
import { bookPaid, recordRefund } from './refunds.ts';
import type { StripeRefundFacts } from './refund-steps.ts';
import { lockTopUp, type WriteDeps } from '#server/payments/service.ts';

/**
 * Books a refund that was made at Stripe itself. It happened, so nothing can refuse it: the ducats that are unspent are
 * taken, and the buyer owes the others, also where their wallet is frozen. Doing it again goes on where it stands.
 * Refuses `refund_in_progress` while a refund of ours is not settled that would change the amounts, and as the ledger does
 * `condition_failed` (the wallet changed at the same moment): do it again.
 */
export async function bookForeignRefund(
  tx: Tx,
  deps: WriteDeps,
  { topUpId, facts }: { topUpId: string; facts: StripeRefundFacts },
): Promise<void> {
  const topUp = await lockTopUp(tx, topUpId);
  const known = await tx.refund.findUnique({ where: { stripeRefundId: facts.id }, select: { id: true } });
  if (known !== null) {
    await recordRefund(tx, deps, { refundId: known.id, facts });
    return;
  }
  if (!facts.hasMoved && (facts.status === 'failed' || facts.status === 'canceled')) return;
  const refunded = await refundedParts(tx, topUpId);
  const left = leftOf(topUp, refunded);
  const unsent = await tx.refund.count({ where: { topUpId, state: 'requested' } });
  if (unsent > 0 || facts.totalMinor > left.totalMinor) throw inProgress();
  const parts = partsOfTotal(topUp, refunded, facts.totalMinor);
  const holder = await holderOf(tx, topUp);
  const nothing = { baseMinor: 0n, bonusMinor: 0n, version: null };
  const payment = { topUpId, holder, left, at: deps.clock.now() };
  const takeable = (await isFrozen(tx, holder)) ? nothing : await takeableOf(tx, payment);
  const coverage = coverageOf(parts, takeable);
  const { citizenId } = topUp;
  const id = deps.ids.uuid();
  const refund = { id, citizenId, createdAt: deps.clock.now(), ...parts, ...coverage };
  await tx.refund.create({
    data: {
      ...refund,
      topUpId,
      key: facts.id,
      inputHash: inputHash({ totalMinor: String(facts.totalMinor) }),
      origin: 'stripe',
      reason: facts.reason,
      policy: 'debt',
      state: 'sent',
      stripeRefundId: facts.id,
    },
    select: { id: true },
  });
  const held = await heldTransfers(tx, deps, { refund, topUpId, holder, takeable });
  await bookPaid(tx, deps, { ...(await lockRefund(tx, id)), facts, held });
}

function inProgress(): Error {
  return refuse(
    'conflict',
    'refund_in_progress',
    'Another refund of this payment is under way. Please try again in a moment.',
  );
}

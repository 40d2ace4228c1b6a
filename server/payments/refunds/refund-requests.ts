import { postLinked } from '#server/ledger/transfers.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError, keyReused, refuse } from '#server/platform/errors.ts';
import { emit } from '#server/platform/outbox.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { holdTransfers, type DucatHolder, type RefundBooking } from './refund-bookings.ts';
import { noteRefundTakes } from './refund-lots.ts';
import { escrowOf, holderOf, refundByKey, refundedParts, takeableOf, type TakeableDucats } from './refund-rows.ts';
import {
  coverageOf,
  isUntouched,
  leftOf,
  partsOfPrice,
  refundSettings,
  selfServiceUntil,
  type Coverage,
  type PaidParts,
} from './refund-rules.ts';
import type { RefundOrigin, RefundPolicy, RefundReason } from './refund-schema.ts';
import { lockTopUp, type LockedTopUp, type WriteDeps } from '#server/payments/service.ts';

/** Asking for a refund: what is checked, what is written down and which ducats are set aside before Stripe is asked. */

export interface RefundRequest {
  topUpId: string;
  /** Cents of the price; null for all that is left. */
  priceMinor: bigint | null;
  origin: Exclude<RefundOrigin, 'stripe'>;
  reason: RefundReason;
  policy: RefundPolicy;
  /** Why, in somebody's words; kept for good. */
  note: string | null;
  /** The citizen or operator who asks; null where nobody did. */
  by: string | null;
  /** Stands for this refund of this top-up. */
  key: string;
}

/**
 * Writes down a refund and moves its ducats into an escrow account of its own, so that nobody spends them while Stripe is
 * asked. The same key again is the same refund. Refuses `refund_not_paid`, `refund_nothing_left`, `refund_too_large`,
 * `refund_ducats_spent`, `refund_window_over`, `top_up_not_in_review`, `idempotency_key_reused`, `provenance_behind`, and
 * as the ledger does `account_frozen` and `condition_failed` (the wallet changed at the same moment: do it again).
 */
export async function requestRefund(tx: Tx, deps: WriteDeps, request: RefundRequest): Promise<{ refundId: string }> {
  const { topUpId } = request;
  const topUp = await lockTopUp(tx, topUpId);
  const hash = inputHash({ priceMinor: String(request.priceMinor), policy: request.policy, reason: request.reason });
  const known = await refundByKey(tx, { topUpId, key: request.key });
  if (known !== null) {
    if (known.inputHash !== hash) throw keyReused();
    return { refundId: known.id };
  }
  await assertOpenTo(tx, deps, { topUp, request });
  const left = leftOf(topUp, await refundedParts(tx, topUpId));
  const parts = partsAskedFor(topUp, left, request);
  const holder = await holderOf(tx, topUp);
  const takeable = await takeableOf(tx, { topUpId, holder, left, at: deps.clock.now() });
  const coverage = coverageOf(parts, takeable);
  assertCovered(request, { left, takeable, coverage });
  const refund = {
    id: deps.ids.uuid(),
    citizenId: topUp.citizenId,
    createdAt: deps.clock.now(),
    ...parts,
    ...coverage,
  };
  const { origin, reason, policy, note, by: requestedBy, key } = request;
  await tx.refund.create({
    data: { ...refund, topUpId, key, inputHash: hash, origin, reason, policy, note, requestedBy, state: 'requested' },
    select: { id: true },
  });
  const held = await heldTransfers(tx, deps, { refund, topUpId, holder, takeable });
  if (held.length > 0) await postLinked(tx, held);
  const payload = { topUpId, citizenId: topUp.citizenId, totalMinor: String(parts.totalMinor), origin };
  await emit(tx, deps, { type: 'refund.requested', subject: refund.id, payload });
  return { refundId: refund.id };
}

/** Binds the transfers into escrow, on the condition that the wallet is still what was looked at, and names their ducats. */
export async function heldTransfers(
  tx: Tx,
  deps: WriteDeps,
  hold: { refund: RefundBooking; topUpId: string; holder: DucatHolder; takeable: TakeableDucats },
): Promise<TransferRequest[]> {
  const { refund, topUpId, holder, takeable } = hold;
  const escrowAccountId = await escrowOf(tx, refund.id);
  const transfers = holdTransfers({ refund, escrowAccountId, holder }, deps.secret);
  await noteRefundTakes(tx, { topUpId, transfers, hasBase: refund.baseTakenMinor > 0n });
  const { version } = takeable;
  if (version === null) return transfers;
  return transfers.map((transfer, index) =>
    index === 0 ? { ...transfer, condition: { debit: { version } } } : transfer,
  );
}

async function assertOpenTo(
  tx: Tx,
  deps: WriteDeps,
  { topUp, request }: { topUp: LockedTopUp; request: RefundRequest },
): Promise<void> {
  if (topUp.state !== 'credited' && topUp.state !== 'waiting' && topUp.state !== 'returned') {
    throw refuse('conflict', 'refund_not_paid', 'This top-up was never paid, so there is nothing to refund.');
  }
  if (request.origin === 'review') await decideReview(tx, deps, { topUp, request });
  if (request.origin !== 'self_service') return;
  const { creditedAt } = await tx.topUp.findUniqueOrThrow({ where: { id: topUp.id }, select: { creditedAt: true } });
  if (creditedAt === null || deps.clock.now() < selfServiceUntil(creditedAt, refundSettings)) return;
  throw refuse('conflict', 'refund_window_over', 'The time in which you can refund this top-up yourself is over.');
}

async function decideReview(
  tx: Tx,
  deps: WriteDeps,
  { topUp, request }: { topUp: LockedTopUp; request: RefundRequest },
): Promise<void> {
  if (topUp.state !== 'waiting' || topUp.waitReason !== 'review') {
    throw refuse('conflict', 'top_up_not_in_review', 'This payment does not wait for a review any more.');
  }
  await tx.topUp.update({
    where: { id: topUp.id },
    data: { reviewedBy: request.by, reviewedAt: deps.clock.now(), reviewNote: request.note },
    select: { id: true },
  });
}

function partsAskedFor(topUp: LockedTopUp, left: PaidParts, { priceMinor }: RefundRequest): PaidParts {
  if (left.priceMinor === 0n) {
    throw refuse('conflict', 'refund_nothing_left', 'All of this top-up is refunded or about to be.');
  }
  const wanted = priceMinor ?? left.priceMinor;
  if (wanted > left.priceMinor) {
    throw new DomainError({
      kind: 'conflict',
      code: 'refund_too_large',
      message: 'More would be refunded than is left of this top-up.',
      details: { leftMinor: String(left.priceMinor) },
    });
  }
  const refunded = leftOf(topUp, left);
  return partsOfPrice(topUp, refunded, wanted);
}

function assertCovered(
  request: RefundRequest,
  { left, takeable, coverage }: { left: PaidParts; takeable: TakeableDucats; coverage: Coverage },
): void {
  const mustBeWhole = request.origin === 'self_service' || request.origin === 'fraud_warning';
  const isCovered = coverage.debtMinor === 0n && coverage.bonusDebtMinor === 0n;
  if (mustBeWhole ? isUntouched(left, takeable) : isCovered || request.policy === 'debt') return;
  throw refuse('conflict', 'refund_ducats_spent', 'Some ducats of this top-up are spent already.');
}

import { isDomainError, refuse } from '#server/platform/errors.ts';
import { prepareDispute, type DisputeDeps } from './dispute-flows.ts';
import { disputedPurchase } from './dispute-queries.ts';
import { asStripeEvidence, assembleEvidence, type EvidenceSource } from './evidence.ts';
import { callStripe } from '#server/payments/stripe/stripe-errors.ts';

/** What an operator answers the bank. */

const answerable = new Set(['needs_response', 'warning_needs_response']);

/**
 * Sends the evidence to Stripe, once: then it is noted who did. The same answer again finds it sent already.
 * Refuses `dispute_not_found`, `dispute_not_answerable`, `stripe_unavailable`.
 */
export async function submitEvidence(
  deps: DisputeDeps & { evidence: readonly EvidenceSource[] },
  answer: { id: string; operatorId: string },
): Promise<void> {
  const { id, operatorId } = answer;
  const { client } = deps.database;
  const { stripeDisputeId, status, purchase } = await disputedPurchase(client, id);
  if (!answerable.has(status)) throw notAnswerable();
  const pack = await assembleEvidence(client, deps.evidence, { purchase, now: deps.clock.now() });
  const evidence = asStripeEvidence(pack);
  await callStripe(() => deps.stripe.disputes.update(stripeDisputeId, { evidence, submit: true }));
  const sent = { evidenceSubmittedAt: deps.clock.now(), evidenceSubmittedBy: operatorId };
  await deps.database.inTransaction(async (tx) => {
    await tx.dispute.updateMany({ where: { id, evidenceSubmittedAt: null }, data: sent });
  });
  await follow(deps, stripeDisputeId);
}

/**
 * Accepts a dispute: the bank keeps the dollars, and nothing can win it any more.
 * Refuses `dispute_not_found`, `dispute_not_answerable`, `stripe_unavailable`.
 */
export async function acceptDispute(deps: DisputeDeps, answer: { id: string; operatorId: string }): Promise<void> {
  const { id, operatorId } = answer;
  const { stripeDisputeId, status } = await disputedPurchase(deps.database.client, id);
  if (!answerable.has(status)) throw notAnswerable();
  await callStripe(() => deps.stripe.disputes.close(stripeDisputeId, {}, { idempotencyKey: `close-${id}` }));
  const accepted = { acceptedAt: deps.clock.now(), acceptedBy: operatorId };
  await deps.database.inTransaction(async (tx) => {
    await tx.dispute.updateMany({ where: { id, acceptedAt: null }, data: accepted });
  });
  await follow(deps, stripeDisputeId);
}

/** Where Stripe says it is now; its event brings the same where this cannot. */
async function follow(deps: DisputeDeps, stripeDisputeId: string): Promise<void> {
  try {
    const effect = await prepareDispute(deps, stripeDisputeId);
    if (effect !== null) await deps.database.inTransaction(effect);
  } catch (error) {
    if (!isDomainError(error) || error.kind !== 'unavailable') throw error;
  }
}

function notAnswerable(): Error {
  return refuse('conflict', 'dispute_not_answerable', 'The bank takes no answer to this dispute any more.');
}

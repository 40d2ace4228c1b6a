import type Stripe from 'stripe';
import { isDomainError, refuse } from '#server/platform/errors.ts';
import { isWrittenUuid } from '#server/platform/ids.ts';
import { log } from '#server/platform/log.ts';
import { fulfil, type Effect, type PaymentDeps } from '#server/payments/flows.ts';
import { bookForeignRefund } from './foreign-refunds.ts';
import {
  topUpCharge,
  refundById,
  refundOfStripe,
  refundToSend,
  sessionOfTopUp,
  topUpByCharge,
  unsentRefunds,
} from './refund-queries.ts';
import { requestRefund, type RefundRequest } from './refund-requests.ts';
import type { RefundView } from './refund-schema.ts';
import { factsOfRefund, type StripeRefundFacts } from './refund-steps.ts';
import { isRecordedAs, recordRefund, recordRefusal } from './refunds.ts';
import { callStripe, isMissingAtStripe, refusalCodeOfStripe } from '#server/payments/stripe/stripe-errors.ts';

/**
 * Refunds across the network. The row and the hold on its ducats come first, then the call with the row's id as its key,
 * then the record of what Stripe answered. A process may die in each gap: after the request (the sweeper sends it), after
 * the call (the event or the sweeper finds it at Stripe by the row's id in its metadata), and after each record.
 */

/** Attempts at a request while the wallet changes under it. */
const attemptsMax = 4;

/**
 * Refunds a top-up, or a part of it. Answers where the refund stands: while Stripe cannot be reached it is `requested`,
 * and the worker goes on with it. Refuses what `requestRefund` refuses, `top_up_not_found`, `refund_disputed` while a
 * dispute of this payment is open or lost, and `stripe_unavailable`, with which nothing was written.
 */
export async function refundTopUp(deps: PaymentDeps, request: RefundRequest): Promise<RefundView> {
  const charge = await topUpCharge(deps.database.client, request.topUpId);
  if (charge === null) throw refuse('not_found', 'top_up_not_found', 'There is no such top-up.');
  if (charge.id !== null) await assertUndisputed(deps, charge.id);
  const { refundId } = await requestOnce(deps, request);
  try {
    await sendRefund(deps, refundId);
  } catch (error) {
    if (!isDomainError(error) || error.kind !== 'unavailable') throw error;
    log().warn({ err: error, refundId }, 'a refund is sent later');
  }
  return await refundById(deps.database.client, refundId);
}

/** The wallet may change between the look at its lots and the posting; nothing was written then. */
async function requestOnce(deps: PaymentDeps, request: RefundRequest): Promise<{ refundId: string }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await deps.database.inTransaction((tx) => requestRefund(tx, deps, request));
    } catch (error) {
      const isPassing = isDomainError(error) && error.code === 'condition_failed';
      if (!isPassing || attempt === attemptsMax) throw error;
    }
  }
}

/** Disputes in which the money is not, or no more, at the card's bank. */
const harmlessDisputes: readonly string[] = ['won', 'warning_needs_response', 'warning_under_review', 'warning_closed'];

async function assertUndisputed(deps: PaymentDeps, chargeId: string): Promise<void> {
  const charge = await callStripe(() => deps.stripe.charges.retrieve(chargeId));
  if (!charge.disputed) return;
  const disputes = await callStripe(() => deps.stripe.disputes.list({ charge: chargeId, limit: 100 }));
  if (disputes.data.every(({ status }) => harmlessDisputes.includes(status))) return;
  throw refuse('conflict', 'refund_disputed', 'This payment is disputed at the bank, so it cannot be refunded.');
}

/**
 * Asks Stripe for a refund that was requested, and records the answer; one that was asked for before is found again.
 * A refund that Stripe refuses has failed, and its ducats are back. Refuses `stripe_unavailable`: ask again.
 */
export async function sendRefund(deps: PaymentDeps, refundId: string): Promise<void> {
  const refund = await refundToSend(deps.database.client, refundId);
  if (refund === null) return;
  try {
    const record = await prepareFacts(deps, await askStripe(deps, refund));
    if (record !== null) await deps.database.inTransaction(record);
  } catch (error) {
    const failureCode = refusalCodeOfStripe(error);
    if (failureCode === null) throw error;
    await deps.database.inTransaction((tx) => recordRefusal(tx, deps, { refundId, failureCode }));
  }
}

type RefundToSend = NonNullable<Awaited<ReturnType<typeof refundToSend>>>;

/** Stripe forgets keys after a day or more, so one that is not new is looked for first. */
const keyMsMax = 60 * 60_000;

async function askStripe(deps: PaymentDeps, refund: RefundToSend): Promise<Stripe.Refund> {
  const { id, topUpId, chargeId, totalMinor, reason, createdAt } = refund;
  if (deps.clock.now().getTime() - createdAt.getTime() > keyMsMax) {
    const found = (await refundsAtStripe(deps, chargeId)).find(({ metadata }) => metadata?.['refund_id'] === id);
    if (found !== undefined) return found;
  }
  return await callStripe(() =>
    deps.stripe.refunds.create(
      {
        charge: chargeId,
        amount: Number.parseInt(String(totalMinor), 10),
        reason,
        metadata: { refund_id: id, top_up_id: topUpId },
      },
      { idempotencyKey: id },
    ),
  );
}

/** A charge has few refunds; Stripe lists at most 100 at once. */
async function refundsAtStripe(deps: PaymentDeps, chargeId: string): Promise<Stripe.Refund[]> {
  const { data } = await callStripe(() => deps.stripe.refunds.list({ charge: chargeId, limit: 100 }));
  return data;
}

/**
 * Fetches a refund fresh and says what must be written: also one that somebody made at Stripe's own dashboard. Null for
 * refunds of anything but a top-up.
 */
export async function prepareRefund(deps: PaymentDeps, stripeRefundId: string): Promise<Effect | null> {
  const refund = await fetchRefund(deps, stripeRefundId);
  return refund === null ? null : await prepareFacts(deps, refund);
}

async function fetchRefund(deps: PaymentDeps, id: string): Promise<Stripe.Refund | null> {
  try {
    return await callStripe(() => deps.stripe.refunds.retrieve(id));
  } catch (error) {
    if (isMissingAtStripe(error)) return null;
    throw error;
  }
}

/** Ours where it is ours once nobody else writes: another one that bears the same mark is one of its own. */
async function prepareFacts(deps: PaymentDeps, refund: Stripe.Refund): Promise<Effect | null> {
  const facts = factsOfRefund(refund);
  const topUpId = await paidTopUpOf(deps, facts.chargeId);
  if (topUpId === null) return null;
  const ownId = await ownRefundOf(deps, { refund, facts });
  const record: Effect = async (tx) => {
    const isOwn = ownId !== null && (await isRecordedAs(tx, { refundId: ownId, facts }));
    if (isOwn) await recordRefund(tx, deps, { refundId: ownId, facts });
    else await bookForeignRefund(tx, deps, { topUpId, facts });
  };
  if (ownId === null) await sendUnsentRefunds(deps, topUpId);
  // That it was paid and that it came back are booked one after the other.
  const isOver = facts.status === 'failed' || facts.status === 'canceled';
  if (facts.hasMoved && isOver) await deps.database.inTransaction(record);
  return record;
}

/** Ours, by what Stripe knows of it or by our own mark, where it is about the same payment and amount. */
async function ownRefundOf(
  deps: PaymentDeps,
  { refund, facts }: { refund: Stripe.Refund; facts: StripeRefundFacts },
): Promise<string | null> {
  const { client } = deps.database;
  const known = await refundOfStripe(client, facts.id);
  if (known !== null) return known;
  const marked = refund.metadata?.['refund_id'];
  if (marked === undefined || !isWrittenUuid(marked)) return null;
  const row = await refundToSend(client, marked);
  return row?.chargeId === facts.chargeId && row.totalMinor === facts.totalMinor ? row.id : null;
}

/**
 * What Stripe was not asked for yet may be impossible by now; its ducats are back before those of another refund, or of a
 * dispute, are counted. Refuses `stripe_unavailable`.
 */
export async function sendUnsentRefunds(deps: PaymentDeps, topUpId: string): Promise<void> {
  for (const refundId of await unsentRefunds(deps.database.client, topUpId)) await sendRefund(deps, refundId);
}

/** The top-up that a charge paid, credited or waiting by now; null for charges of anything else. */
export async function paidTopUpOf(deps: PaymentDeps, chargeId: string): Promise<string | null> {
  const { client } = deps.database;
  const known = await topUpByCharge(client, chargeId);
  if (known !== null) return known;
  const charge = await callStripe(() => deps.stripe.charges.retrieve(chargeId));
  const marked = charge.metadata['top_up_id'];
  if (marked === undefined || !isWrittenUuid(marked)) return null;
  const session = await sessionOfTopUp(client, marked);
  if (session === null) return null;
  // The event of the payment is still on its way.
  if (session.id !== null) await fulfil(deps, { sessionId: session.id });
  const paid = await topUpByCharge(client, chargeId);
  if (paid === null) throw refuse('conflict', 'payment_not_booked', 'This payment is not booked yet.');
  return paid;
}

/** Brings all refunds of a charge to where Stripe says they are; null when the charge is none of a top-up. */
export async function prepareChargeRefunds(deps: PaymentDeps, chargeId: string): Promise<Effect | null> {
  const effects: Effect[] = [];
  for (const refund of await refundsAtStripe(deps, chargeId)) {
    const effect = await prepareFacts(deps, refund);
    if (effect !== null) effects.push(effect);
  }
  for (const effect of effects) await deps.database.inTransaction(effect);
  return effects.length === 0 ? null : () => Promise.resolve();
}

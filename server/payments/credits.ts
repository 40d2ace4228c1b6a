import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { trustStanding } from '#server/citizens/trust.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import type { RefusalCode, TransferRequest } from '#server/ledger/schema.ts';
import { post, postLinked } from '#server/ledger/transfers.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';
import { releaseTransfers, topUpTransfers, waitingTransfers } from './bookings.ts';
import { waitingOf } from '#server/payments/refunds/refund-rows.ts';
import { holdUntil, needsReview } from './rules.ts';
import { lockTopUp, type LockedTopUp, type WriteDeps } from './service.ts';
import { expectAtStripe, typeOfCharge } from '#server/payments/stripe/stripe-facts.ts';
import { noteTopUp, noteTopUpRelease } from './top-up-lots.ts';
import { lockRoom } from './top-up-room.ts';

/** From a paid card to ducats in the wallet, at once or after a wait. */

/** What Stripe says was paid, from the objects fetched fresh. */
export interface Payment {
  topUpId: string;
  sessionId: string;
  paymentIntentId: string;
  chargeId: string;
  riskLevel: string | null;
  /** Names the card without giving it away; null for anything but a card. */
  cardFingerprint: string | null;
  /** As Stripe names it, such as `card`. */
  paymentMethod: string | null;
  totalMinor: bigint;
  currency: string;
}

/**
 * Books a paid top-up: both assets in one linked group. Where the citizen's limits do not let the ducats in, or the
 * payment is of the highest risk, the dollars are booked all the same and the ducats wait in suspense. Doing it again,
 * also at the same time, changes nothing: the row is locked first. Refuses with `top_up_amount_mismatch` when Stripe
 * took another amount than was quoted.
 */
export async function creditTopUp(tx: Tx, deps: WriteDeps, payment: Payment): Promise<void> {
  const topUp = await lockTopUp(tx, payment.topUpId);
  const isOurSession = topUp.stripeSessionId === null || topUp.stripeSessionId === payment.sessionId;
  // Also when it is credited: a second payment must not vanish, its event stays failed until an operator looks.
  invariant(isOurSession, 'a top-up is paid by its own session');
  if (paidStates.includes(topUp.state)) return;
  checkAmount(topUp, payment);
  const { id: topUpId, citizenId } = topUp;
  const now = deps.clock.now();
  await noteForTrust(tx, deps, { topUpId, citizenId, cardFingerprint: payment.cardFingerprint });
  const booking = { ...topUp, topUpId };
  const intoWallet = topUpTransfers({ ...booking, walletAccountId: await walletOf(tx, citizenId) }, deps.secret);
  await lockRoom(tx, citizenId);
  const waitReason = await reasonToWait(tx, { riskLevel: payment.riskLevel, transfers: intoWallet });
  const state = waitReason === null ? 'credited' : 'waiting';
  const { limits } = await trustStanding(tx, { citizenId, now });
  const heldUntil = holdUntil(now, { holdBoughtDays: limits.holdBoughtDays, riskLevel: payment.riskLevel });
  const { sessionId, paymentIntentId, chargeId, riskLevel, cardFingerprint, paymentMethod } = payment;
  await tx.topUp.update({
    where: { id: topUpId },
    data: {
      state,
      waitReason,
      stripeSessionId: sessionId,
      stripePaymentIntentId: paymentIntentId,
      stripeChargeId: chargeId,
      riskLevel,
      cardFingerprint,
      paymentMethod,
      closedAt: null,
      holdUntil: heldUntil,
      creditedAt: waitReason === null ? now : null,
    },
    select: { id: true },
  });
  const transfers = waitReason === null ? intoWallet : waitingTransfers(booking, deps.secret);
  const fact = { type: typeOfCharge(chargeId), sourceId: chargeId, amountMinor: topUp.totalMinor };
  await expectAtStripe(tx, deps, { ...fact, transfers, kind: 'top_up_gross' });
  await noteTopUp(tx, { topUpId, transfers, holdUntil: heldUntil });
  await postLinked(tx, transfers, { source: 'external' });
  await tell(tx, deps, { topUp, state });
}

/** States of a top-up whose dollars are in the books. */
const paidStates: readonly string[] = ['credited', 'waiting', 'returned'];

async function noteForTrust(
  tx: Tx,
  deps: WriteDeps,
  payment: { topUpId: string; citizenId: string; cardFingerprint: string | null },
): Promise<void> {
  const { topUpId, citizenId, cardFingerprint } = payment;
  const event = { citizenId, occurredAt: deps.clock.now(), ids: deps.ids };
  await noteTrustEvent(tx, { ...event, kind: 'purchase', reference: topUpId });
  if (cardFingerprint !== null) await noteTrustEvent(tx, { ...event, kind: 'new_card', reference: cardFingerprint });
}

async function reasonToWait(
  tx: Tx,
  payment: { riskLevel: string | null; transfers: readonly TransferRequest[] },
): Promise<'review' | 'limits' | null> {
  if (needsReview(payment.riskLevel)) return 'review';
  return (await isKeptOut(tx, payment.transfers)) ? 'limits' : null;
}

/**
 * Lets a top-up that waits into the wallet, if the limits have room by now; says whether it did. One that does not wait,
 * that an operator has to look at first, or that is about to be refunded, is left as it is; so is what a dispute took of it.
 */
export async function releaseTopUp(tx: Tx, deps: WriteDeps, topUpId: string): Promise<boolean> {
  const topUp = await lockTopUp(tx, topUpId);
  if (topUp.state !== 'waiting' || topUp.waitReason === 'review') return false;
  const { citizenId } = topUp;
  const left = await waitingOf(tx, topUp);
  if (left.baseMinor === 0n) return false;
  const booking = { ...topUp, ...left, topUpId, walletAccountId: await walletOf(tx, citizenId) };
  const transfers = releaseTransfers(booking, deps.secret);
  await lockRoom(tx, citizenId);
  if (await isKeptOut(tx, transfers)) return false;
  await tx.topUp.update({
    where: { id: topUpId },
    data: {
      state: 'credited',
      waitReason: null,
      creditedAt: deps.clock.now(),
    },
    select: { id: true },
  });
  await noteTopUpRelease(tx, { topUpId, transfers });
  await postLinked(tx, transfers, { source: 'external' });
  await tell(tx, deps, { topUp, state: 'credited' });
  return true;
}

/**
 * An operator looked at a payment of the highest risk and found it good: from now on it waits for nothing but the limits.
 * Refuses `top_up_not_found`, `top_up_not_in_review`.
 */
export async function passReview(
  tx: Tx,
  deps: WriteDeps,
  review: { topUpId: string; by: string; note: string },
): Promise<void> {
  const { topUpId, by, note } = review;
  const isKnown = (await tx.topUp.count({ where: { id: topUpId } })) === 1;
  if (!isKnown) throw refuse('not_found', 'top_up_not_found', 'There is no such top-up.');
  const topUp = await lockTopUp(tx, topUpId);
  if (topUp.state !== 'waiting' || topUp.waitReason !== 'review') {
    throw refuse('conflict', 'top_up_not_in_review', 'This payment does not wait for a review any more.');
  }
  await tx.topUp.update({
    where: { id: topUpId },
    data: { waitReason: 'limits', reviewedBy: by, reviewedAt: deps.clock.now(), reviewNote: note },
    select: { id: true },
  });
  await releaseTopUp(tx, deps, topUpId);
}

function walletOf(tx: Tx, owner: string): Promise<bigint> {
  return openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' });
}

/** What a citizen's own account refuses; anything else says that the books themselves cannot take it now. */
const keptOut: readonly RefusalCode[] = ['limit_exceeded', 'ceiling_exceeded', 'account_closed'];

/** Asks the ledger without writing whether it would refuse; nobody else takes the room while it is locked. */
async function isKeptOut(tx: Tx, transfers: readonly TransferRequest[]): Promise<boolean> {
  const last = transfers.length - 1;
  const linked = transfers.map((transfer, index) => ({ ...transfer, linked: index < last }));
  const results = await post(tx, linked, { source: 'external', isDryRun: true });
  return results.some((result) => result.status === 'refused' && keptOut.includes(result.code));
}

function tell(
  tx: Tx,
  deps: WriteDeps,
  { topUp, state }: { topUp: LockedTopUp; state: 'waiting' | 'credited' },
): Promise<void> {
  const { id: subject, citizenId, baseMinor, bonusMinor } = topUp;
  const payload = { citizenId, baseMinor: String(baseMinor), bonusMinor: String(bonusMinor) };
  return emit(tx, deps, { type: `top_up.${state}`, subject, payload });
}

function checkAmount(topUp: LockedTopUp, payment: Payment): void {
  if (payment.currency === 'usd' && payment.totalMinor === topUp.totalMinor) return;
  throw new DomainError({
    kind: 'conflict',
    code: 'top_up_amount_mismatch',
    message: 'The amount that was paid is not the amount that was quoted. An operator will look at it.',
    details: { topUpId: topUp.id, quotedMinor: String(topUp.totalMinor), paidMinor: String(payment.totalMinor) },
  });
}

import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import type { RefusalCode, TransferRequest } from '#server/ledger/schema.ts';
import { post, postLinked } from '#server/ledger/transfers.ts';
import type { Tx } from '#server/platform/db.ts';
import { DomainError } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';
import { releaseTransfers, topUpTransfers, waitingTransfers } from './bookings.ts';
import { lockTopUp, type LockedTopUp, type WriteDeps } from './service.ts';
import { lockRoom } from './top-up-room.ts';

/** From a paid card to ducats in the wallet, at once or after a wait. */

/** What Stripe says was paid, from the objects fetched fresh. */
export interface Payment {
  topUpId: string;
  sessionId: string;
  paymentIntentId: string;
  chargeId: string;
  riskLevel: string | null;
  totalMinor: bigint;
  currency: string;
}

/**
 * Books a paid top-up: both assets in one linked group. Where the citizen's limits do not let the ducats in, the
 * dollars are booked all the same and the ducats wait in suspense. Doing it again, also at the same time, changes
 * nothing: the row is locked first. Refuses with `top_up_amount_mismatch` when Stripe took another amount than was
 * quoted.
 */
export async function creditTopUp(tx: Tx, deps: WriteDeps, payment: Payment): Promise<void> {
  const topUp = await lockTopUp(tx, payment.topUpId);
  const isOurSession = topUp.stripeSessionId === null || topUp.stripeSessionId === payment.sessionId;
  // Also when it is credited: a second payment must not vanish, its event stays failed until an operator looks.
  invariant(isOurSession, 'a top-up is paid by its own session');
  if (topUp.state === 'credited' || topUp.state === 'waiting') return;
  checkAmount(topUp, payment);
  const { id: topUpId, citizenId } = topUp;
  const now = deps.clock.now();
  const booking = { ...topUp, topUpId };
  const intoWallet = topUpTransfers({ ...booking, walletAccountId: await walletOf(tx, citizenId) }, deps.secret);
  await noteTrustEvent(tx, { citizenId, kind: 'purchase', reference: topUpId, occurredAt: now, ids: deps.ids });
  await lockRoom(tx, citizenId);
  const mustWait = await isKeptOut(tx, intoWallet);
  const state = mustWait ? 'waiting' : 'credited';
  const { sessionId, paymentIntentId, chargeId, riskLevel } = payment;
  await tx.topUp.update({
    where: { id: topUpId },
    data: {
      state,
      stripeSessionId: sessionId,
      stripePaymentIntentId: paymentIntentId,
      stripeChargeId: chargeId,
      riskLevel,
      creditedAt: mustWait ? null : now,
      closedAt: null,
    },
    select: { id: true },
  });
  await postLinked(tx, mustWait ? waitingTransfers(booking, deps.secret) : intoWallet, { source: 'external' });
  await tell(tx, deps, { topUp, state });
}

/**
 * Lets a top-up that waits into the wallet, if the limits have room by now; says whether it did. One that does not wait
 * is left as it is.
 */
export async function releaseTopUp(tx: Tx, deps: WriteDeps, topUpId: string): Promise<boolean> {
  const topUp = await lockTopUp(tx, topUpId);
  if (topUp.state !== 'waiting') return false;
  const booking = { ...topUp, topUpId, walletAccountId: await walletOf(tx, topUp.citizenId) };
  const transfers = releaseTransfers(booking, deps.secret);
  await lockRoom(tx, topUp.citizenId);
  if (await isKeptOut(tx, transfers)) return false;
  await tx.topUp.update({
    where: { id: topUpId },
    data: { state: 'credited', creditedAt: deps.clock.now() },
    select: { id: true },
  });
  await postLinked(tx, transfers, { source: 'external' });
  await tell(tx, deps, { topUp, state: 'credited' });
  return true;
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

import { trustStanding } from '#server/citizens/trust.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import type { Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';
import { noteTake } from '#server/provenance/notes.ts';
import { cashOutTransferId, returnTransfers, settleTransfers } from './cash-out-bookings.ts';
import type { PayoutAtProvider, ProviderOrder, ProviderOutcome } from './cash-out-provider.ts';
import { lockCashOut, noteCashOut, walletOf, type LockedCashOut } from './cash-out-record.ts';
import { nextTryAt } from './cash-out-rules.ts';
import { giveBack, tellOfEnd } from './cash-outs.ts';
import type { WriteDeps } from '#server/payments/service.ts';
import { expectAtStripe } from '#server/payments/stripe/stripe-facts.ts';

/**
 * The steps of a cash-out at the provider: transfer, payout, reversal. Each is claimed before its call and recorded after
 * it; a call of which nobody knows how it ended is not made again before somebody has looked.
 */

/** A call that has to be made. */
export interface StepOrder extends ProviderOrder {
  step: 'transfer' | 'payout' | 'reversal';
  attempt: number;
  transferId: string | null;
}

/**
 * Claims the next call of a cash-out; null where none is due, or where somebody else is at it. An approved one whose bank
 * account was changed, or whose citizen was frozen meanwhile, is given back instead.
 */
export async function claimStep(tx: Tx, deps: WriteDeps, cashOutId: string): Promise<StepOrder | null> {
  const cashOut = await lockCashOut(tx, cashOutId);
  const now = deps.clock.now();
  if (cashOut.nextTryAt !== null && cashOut.nextTryAt > now) return null;
  if (cashOut.state === 'approved') {
    const hindrance = await hindranceOf(tx, cashOut, now);
    if (hindrance === null) return await begin(tx, deps, { ...cashOut, step: 'transfer' });
    await giveBack(tx, deps, { cashOut, state: 'rejected', note: hindrance, failureCode: hindrance });
    return null;
  }
  const isDue = cashOut.state === 'processing' && cashOut.stepStartedAt === null && cashOut.step !== 'bank';
  return isDue ? await begin(tx, deps, cashOut) : null;
}

async function hindranceOf(tx: Tx, cashOut: LockedCashOut, now: Date): Promise<string | null> {
  const account = await tx.payoutAccount.findUniqueOrThrow({
    where: { id: cashOut.payoutAccountId },
    select: { state: true, bankFingerprint: true },
  });
  if (account.bankFingerprint !== cashOut.bankFingerprint) return 'bank_account_changed';
  if (account.state !== 'ready') return 'payout_account_not_ready';
  const { isFrozen } = await trustStanding(tx, { citizenId: cashOut.citizenId, now });
  return isFrozen ? 'trust_frozen' : null;
}

async function begin(tx: Tx, deps: WriteDeps, cashOut: LockedCashOut): Promise<StepOrder> {
  const { id, step } = cashOut;
  await tx.cashOut.update({
    where: { id },
    data: { state: 'processing', step, stepStartedAt: deps.clock.now(), nextTryAt: null },
    select: { id: true },
  });
  await noteCashOut(tx, deps, { cashOutId: id, kind: 'sending', note: step });
  return orderOf(cashOut);
}

/** The call of the step at which a cash-out stands: always the same for the same try. */
export function orderOf(cashOut: LockedCashOut): StepOrder {
  const { id: cashOutId, step, attempt, stripeAccountId: accountId, netMinor: amountMinor } = cashOut;
  invariant(step !== null && step !== 'bank', 'a call belongs to a step that has one');
  const ofStep = step === 'transfer' ? cashOutId : `${cashOutId}-${step}`;
  const idempotencyKey = attempt === 0 ? ofStep : `${ofStep}-${String(attempt)}`;
  return { cashOutId, step, attempt, accountId, amountMinor, idempotencyKey, transferId: cashOut.stripeTransferId };
}

/** Writes down how a call ended, whoever found out. What was written before is not written again. */
export async function recordOutcome(
  tx: Tx,
  deps: WriteDeps,
  { order, outcome }: { order: StepOrder; outcome: ProviderOutcome },
): Promise<void> {
  const cashOut = await lockCashOut(tx, order.cashOutId);
  const isAtIt = cashOut.step === order.step && (cashOut.state === 'processing' || cashOut.state === 'unknown');
  if (!isAtIt) {
    invariant(outcome.kind !== 'done' || isKnown(cashOut, order, outcome.id), 'what was sent belongs to its cash-out');
    return;
  }
  switch (outcome.kind) {
    case 'done':
      return await recordDone(tx, deps, { cashOut, order, id: outcome.id });
    case 'refused':
      return await recordRefused(tx, deps, { cashOut, ...outcome });
    case 'unknown':
      return await recordUnknown(tx, deps, { cashOut, message: outcome.message });
  }
}

function isKnown(cashOut: LockedCashOut, order: StepOrder, id: string): boolean {
  switch (order.step) {
    case 'transfer':
      return cashOut.stripeTransferId === id;
    case 'payout':
      return cashOut.stripePayoutId === id;
    case 'reversal':
      return cashOut.stripeReversalId === id;
  }
}

interface Done {
  cashOut: LockedCashOut;
  order: StepOrder;
  id: string;
}

async function recordDone(tx: Tx, deps: WriteDeps, { cashOut, order, id }: Done): Promise<void> {
  switch (order.step) {
    case 'transfer':
      return await recordAccepted(tx, deps, { cashOut, id });
    case 'payout':
      await move(tx, cashOut, { step: 'bank', stripePayoutId: id });
      return await noteCashOut(tx, deps, { cashOutId: cashOut.id, kind: 'sent', note: id });
    case 'reversal':
      return await recordReversed(tx, deps, { cashOut, id });
  }
}

/** The next step, with nothing on its way. */
async function move(
  tx: Tx,
  { id }: LockedCashOut,
  data: { step: 'payout' | 'bank' | 'reversal'; stripePayoutId?: string; failureCode?: string },
): Promise<void> {
  const fresh = {
    state: 'processing',
    stepStartedAt: null,
    attempt: 0,
    nextTryAt: null,
    lastError: null,
    endedAt: null,
  };
  await tx.cashOut.update({ where: { id }, data: { ...fresh, ...data }, select: { id: true } });
}

/** The provider has the money: the ducats are paid for, in the books and at Stripe. */
async function recordAccepted(tx: Tx, deps: WriteDeps, done: Omit<Done, 'order'>): Promise<void> {
  const { cashOut, id: transferId } = done;
  const { id, citizenId, netMinor } = cashOut;
  await move(tx, cashOut, { step: 'payout' });
  await tx.cashOut.update({
    where: { id },
    data: { stripeTransferId: transferId, acceptedAt: deps.clock.now() },
    select: { id: true },
  });
  await noteCashOut(tx, deps, { cashOutId: id, kind: 'accepted', note: transferId });
  const receivableId = await openAccount(tx, { owner: citizenId, kind: 'receivable', asset: 'USD' });
  const transfers = settleTransfers(cashOut, receivableId, deps.secret);
  const fact = { type: 'transfer', sourceId: transferId, amountMinor: -netMinor, feeMinor: 0n } as const;
  await expectAtStripe(tx, deps, { ...fact, transfers, kind: 'payout_sent' });
  await postLinked(tx, transfers, { source: 'external' });
  await emit(tx, deps, { type: 'cash_out.accepted', subject: id, payload: { citizenId } });
}

/** The dollars are back at the house, and the ducats with the citizen, as what they were. */
async function recordReversed(tx: Tx, deps: WriteDeps, done: Omit<Done, 'order'>): Promise<void> {
  const { cashOut, id: reversalId } = done;
  const { id, citizenId, netMinor } = cashOut;
  const state = cashOut.paidAt === null ? 'failed' : 'returned';
  await tx.cashOut.update({
    where: { id },
    data: {
      state,
      stripeReversalId: reversalId,
      endedAt: deps.clock.now(),
      step: null,
      stepStartedAt: null,
      lastError: null,
    },
    select: { id: true },
  });
  await noteCashOut(tx, deps, { cashOutId: id, kind: state, note: reversalId });
  await tellOfEnd(tx, deps, { cashOut, state });
  const transfers = returnTransfers(cashOut, await walletOf(tx, citizenId), deps.secret);
  const settled = cashOutTransferId(cashOut, 'ducats', deps.secret);
  const back = cashOutTransferId(cashOut, 'ducats-back', deps.secret);
  await noteTake(tx, { transferId: back, rule: { returnOf: settled } });
  const fact = { type: 'transfer_refund', sourceId: reversalId, amountMinor: netMinor, feeMinor: 0n } as const;
  await expectAtStripe(tx, deps, { ...fact, transfers, kind: 'payout_returned' });
  await postLinked(tx, transfers, { source: 'external' });
  await emit(tx, deps, { type: `cash_out.${state}`, subject: id, payload: { citizenId } });
}

/** Surely nothing moved: it waits, or it has failed. */
async function recordRefused(
  tx: Tx,
  deps: WriteDeps,
  { cashOut, code, isPassing }: { cashOut: LockedCashOut; code: string; isPassing: boolean },
): Promise<void> {
  const { id, attempt, step } = cashOut;
  if (isPassing || step === 'reversal') {
    await tx.cashOut.update({
      where: { id },
      data: {
        state: 'processing',
        stepStartedAt: null,
        attempt: attempt + 1,
        nextTryAt: nextTryAt(deps.clock.now(), attempt),
        lastError: code,
      },
      select: { id: true },
    });
    return await noteCashOut(tx, deps, { cashOutId: id, kind: 'waiting', note: code });
  }
  if (step === 'transfer') return await giveBack(tx, deps, { cashOut, state: 'failed', note: code, failureCode: code });
  await move(tx, cashOut, { step: 'reversal', failureCode: code });
  await noteCashOut(tx, deps, { cashOutId: id, kind: 'bank_failed', note: code });
}

export async function recordUnknown(
  tx: Tx,
  deps: WriteDeps,
  { cashOut, message }: { cashOut: LockedCashOut; message: string },
): Promise<void> {
  const { id } = cashOut;
  const note = message.slice(0, 500);
  await tx.cashOut.update({ where: { id }, data: { state: 'unknown', lastError: note }, select: { id: true } });
  await noteCashOut(tx, deps, { cashOutId: id, kind: 'unknown', note });
  await emit(tx, deps, { type: 'cash_out.unknown', subject: id, payload: { citizenId: cashOut.citizenId } });
}

/**
 * What the bank answered, also before the payout's own call was recorded, and also after it was paid: then the money comes
 * back, and the next step takes it home.
 */
export async function recordBank(
  tx: Tx,
  deps: WriteDeps,
  { cashOutId, payout }: { cashOutId: string; payout: PayoutAtProvider },
): Promise<void> {
  let cashOut = await lockCashOut(tx, cashOutId);
  if (cashOut.step === 'payout') {
    const order = orderOf(cashOut);
    await recordDone(tx, deps, { cashOut, order, id: payout.id });
    cashOut = await lockCashOut(tx, cashOutId);
  }
  if (cashOut.stripePayoutId !== payout.id) throw refuse('conflict', 'payout_unknown', 'This payout is none of ours.');
  const isWithBank = cashOut.state === 'processing' && cashOut.step === 'bank';
  if (payout.status === 'paid' && isWithBank) {
    const paidAt = deps.clock.now();
    await tx.cashOut.update({
      where: { id: cashOutId },
      data: { state: 'paid', step: null, paidAt, endedAt: paidAt },
      select: { id: true },
    });
    await noteCashOut(tx, deps, { cashOutId, kind: 'paid', note: payout.id });
    await tellOfEnd(tx, deps, { cashOut, state: 'paid' });
    await emit(tx, deps, { type: 'cash_out.paid', subject: cashOutId, payload: { citizenId: cashOut.citizenId } });
  }
  if (payout.status === 'failed' && (isWithBank || cashOut.state === 'paid')) {
    const failureCode = payout.failureCode ?? 'failed';
    await move(tx, cashOut, { step: 'reversal', failureCode });
    await noteCashOut(tx, deps, { cashOutId, kind: 'bank_failed', note: failureCode });
  }
}

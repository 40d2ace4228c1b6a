import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import { isDomainError, refuse } from '#server/platform/errors.ts';
import type { CashOutProvider, CashOutSetup, ProviderOutcome } from './cash-out-provider.ts';
import { lockCashOut, noteCashOut } from './cash-out-record.ts';
import { claimStep, orderOf, recordBank, recordOutcome, recordUnknown, type StepOrder } from './cash-out-steps.ts';
import { approveCashOut, beginCashOut, giveBack, type OperatorDecision } from './cash-outs.ts';
import type { Effect, PaymentDeps } from '#server/payments/flows.ts';
import { cashOutProvider, payoutFrom } from '#server/payments/stripe/stripe-connect.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';

export interface CashOutDeps extends PaymentDeps {
  cashOut: CashOutSetup;
}

const triesMax = 5;

/**
 * Asks for earned ducats to become dollars. The citizen's trust is computed first, so that the ledger's limits are those of
 * this moment. Safe to repeat with the same key. Refuses as `beginCashOut` does, and `account_closed`, `cash_out_off`.
 */
export async function requestCashOut(
  deps: CashOutDeps,
  input: { citizenId: string; ducatsMinor: bigint; key: string },
): Promise<{ cashOutId: string }> {
  const provider = cashOutProvider(deps).name;
  const standing = await refreshTrustOf(deps, { citizenId: input.citizenId, enforce: enforceStanding });
  if (standing === null) throw refuse('forbidden', 'account_closed', 'This account is closed.');
  for (let tries = 1; ; tries += 1) {
    try {
      const wish = { ...input, provider, standing };
      return { cashOutId: await deps.database.inTransaction((tx) => beginCashOut(tx, deps, wish)) };
    } catch (error) {
      // The wallet moved between looking at its lots and taking them.
      if (!isDomainError(error) || error.code !== 'condition_failed' || tries === triesMax) throw error;
    }
  }
}

/** An operator's yes; with the last one that is needed the payment is made. Refuses as `approveCashOut` does. */
export async function approveAndSend(deps: CashOutDeps, decision: OperatorDecision): Promise<{ isApproved: boolean }> {
  cashOutProvider(deps);
  const isApproved = await deps.database.inTransaction((tx) => approveCashOut(tx, deps, decision));
  if (isApproved) await advanceCashOut(deps, decision.cashOutId);
  return { isApproved };
}

/** Transfer, payout, or reversal: at most so many calls follow each other. */
const stepsMax = 3;

/**
 * Makes the calls that a cash-out has before it, one after the other, until it waits for the bank, an operator or a better
 * time. Each call is claimed before and recorded after it, in transactions of their own; between them lie the gaps
 * `claimed_not_sent` and `sent_not_recorded`, after which `lookUpCashOut` finds out what happened.
 */
export async function advanceCashOut(deps: CashOutDeps, cashOutId: string): Promise<void> {
  const provider = cashOutProvider(deps);
  for (let step = 0; step < stepsMax; step += 1) {
    const order = await deps.database.inTransaction((tx) => claimStep(tx, deps, cashOutId));
    if (order === null) return;
    await send(deps, provider, order);
  }
}

async function send(deps: CashOutDeps, provider: CashOutProvider, order: StepOrder): Promise<void> {
  const outcome = await perform(provider, order);
  await deps.database.inTransaction((tx) => recordOutcome(tx, deps, { order, outcome }));
}

function perform(provider: CashOutProvider, order: StepOrder): Promise<ProviderOutcome> {
  switch (order.step) {
    case 'transfer':
      return provider.transfer(order);
    case 'payout':
      return provider.payOut(order);
    case 'reversal':
      return provider.reverse({ ...order, transferId: order.transferId ?? '' });
  }
}

function find(provider: CashOutProvider, order: StepOrder): Promise<string | null> {
  switch (order.step) {
    case 'transfer':
      return provider.findTransfer(order);
    case 'payout':
      return provider.findPayout(order);
    case 'reversal':
      return provider.findReversal(order.transferId ?? '');
  }
}

/** Longer than any call can still be on its way. */
export const callMsMax = 2 * 60_000;
/** How long nothing may have arrived at the provider before it is taken to have never been sent. */
const quietMsMin = 15 * 60_000;

/**
 * Finds out what became of a call whose answer was lost, or whose process died. What arrived is recorded, and the next
 * steps follow; what did not is an operator's to decide. Says whether it arrived; null where there is nothing to find out.
 */
export async function lookUpCashOut(
  deps: CashOutDeps,
  { cashOutId, operatorId = null }: { cashOutId: string; operatorId?: string | null },
): Promise<boolean | null> {
  const provider = cashOutProvider(deps);
  const order = await deps.database.inTransaction(async (tx) => {
    const cashOut = await lockCashOut(tx, cashOutId);
    const started = cashOut.stepStartedAt;
    const isStale = started !== null && deps.clock.now().getTime() - started.getTime() > callMsMax;
    const isOpen = cashOut.state === 'unknown' || (cashOut.state === 'processing' && isStale);
    return isOpen ? orderOf(cashOut) : null;
  });
  if (order === null) return null;
  const id = await find(provider, order);
  if (id === null) {
    await deps.database.inTransaction(async (tx) => {
      const cashOut = await lockCashOut(tx, cashOutId);
      const isSame = cashOut.step === order.step && cashOut.attempt === order.attempt;
      if (isSame && cashOut.state === 'processing') {
        await recordUnknown(tx, deps, { cashOut, message: 'The process died, and the provider knows of nothing.' });
      }
      if (operatorId !== null) await noteCashOut(tx, deps, { cashOutId, kind: 'looked', actorId: operatorId });
    });
    return false;
  }
  await deps.database.inTransaction((tx) => recordOutcome(tx, deps, { order, outcome: { kind: 'done', id } }));
  await advanceCashOut(deps, cashOutId);
  return true;
}

/**
 * What an operator decides about a payment of which nobody knows whether it was made. The provider is asked first, always:
 * what arrived is never sent again and never given back. `send_again` repeats the very same call, under the same key.
 * `give_back` ends a transfer that did not arrive within a quarter of an hour. Refuses `cash_out_not_unknown`,
 * `cash_out_at_provider` and `cash_out_too_fresh`.
 */
export async function resolveUnknown(
  deps: CashOutDeps,
  decision: OperatorDecision & { choice: 'look' | 'send_again' | 'give_back' },
): Promise<{ hasArrived: boolean }> {
  const { cashOutId, operatorId, choice } = decision;
  await assertUnknown(deps, cashOutId);
  const hasArrived = (await lookUpCashOut(deps, { cashOutId, operatorId })) === true;
  if (hasArrived || choice === 'look') return { hasArrived };
  if (choice === 'send_again') await sendAgain(deps, decision);
  else await giveBackUnknown(deps, decision);
  return { hasArrived: false };
}

async function assertUnknown(deps: CashOutDeps, cashOutId: string): Promise<void> {
  const row = await deps.database.client.cashOut.findUnique({ where: { id: cashOutId }, select: { state: true } });
  if (row === null) throw refuse('not_found', 'cash_out_not_found', 'There is no such cash-out.');
  if (row.state !== 'unknown') throw notUnknown();
}

function notUnknown() {
  return refuse('conflict', 'cash_out_not_unknown', 'What became of this cash-out is known.');
}

async function sendAgain(deps: CashOutDeps, { cashOutId, operatorId }: OperatorDecision): Promise<void> {
  const order = await deps.database.inTransaction(async (tx) => {
    const cashOut = await lockCashOut(tx, cashOutId);
    if (cashOut.state !== 'unknown') throw notUnknown();
    const stepStartedAt = deps.clock.now();
    await tx.cashOut.update({
      where: { id: cashOutId },
      data: { state: 'processing', stepStartedAt },
      select: { id: true },
    });
    await noteCashOut(tx, deps, { cashOutId, kind: 'sending', actorId: operatorId, note: cashOut.step });
    return orderOf(cashOut);
  });
  await send(deps, cashOutProvider(deps), order);
  await advanceCashOut(deps, cashOutId);
}

async function giveBackUnknown(deps: CashOutDeps, { cashOutId, operatorId }: OperatorDecision): Promise<void> {
  await deps.database.inTransaction(async (tx) => {
    const cashOut = await lockCashOut(tx, cashOutId);
    if (cashOut.state !== 'unknown') throw notUnknown();
    if (cashOut.step !== 'transfer') {
      throw refuse('conflict', 'cash_out_at_provider', 'The money has left the house: only the bank can send it back.');
    }
    const started = cashOut.stepStartedAt?.getTime() ?? 0;
    if (deps.clock.now().getTime() - started < quietMsMin) {
      throw refuse('conflict', 'cash_out_too_fresh', 'It may still arrive. Please wait a quarter of an hour.');
    }
    const note = 'The provider knows of nothing.';
    await giveBack(tx, deps, { cashOut, state: 'failed', actorId: operatorId, note, failureCode: 'never_arrived' });
  });
}

/** Fetches a payout fresh and says what must be written. Null for one that belongs to no cash-out. */
export async function preparePayout(
  deps: PaymentDeps,
  which: { accountId: string; payoutId: string },
): Promise<Effect | null> {
  const { client } = deps.database;
  const account = await client.payoutAccount.findUnique({
    where: { stripeAccountId: which.accountId },
    select: { id: true },
  });
  if (account === null) return null;
  const payout = await payoutFrom(deps.stripe, which);
  const marked = payout.cashOutId;
  const cashOut = await client.cashOut.findFirst({
    where: { payoutAccountId: account.id, ...(marked === null ? { stripePayoutId: payout.id } : { id: marked }) },
    select: { id: true },
  });
  if (cashOut === null) return null;
  return (tx) => recordBank(tx, deps, { cashOutId: cashOut.id, payout });
}

import { notify } from '#server/citizens/notifications.ts';
import type { TrustStanding } from '#server/citizens/trust-rules.ts';
import { trustStanding } from '#server/citizens/trust.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import { ledgerTime } from '#server/ledger/feed.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { formatAmount } from '#server/money/money.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { keyReused, refuse } from '#server/platform/errors.ts';
import { emit } from '#server/platform/outbox.ts';
import { noteTake } from '#server/provenance/notes.ts';
import { projectAccounts } from '#server/provenance/project.ts';
import { clearedEarned } from '#server/provenance/queries.ts';
import { cashOutTransferId, holdTransfers, releaseCashOutTransfers } from './cash-out-bookings.ts';
import type { CashOutProviderName } from './cash-out-provider.ts';
import { lockCashOut, noteCashOut, walletOf, type LockedCashOut } from './cash-out-record.ts';
import { approvalsNeeded, assertMayCashOut, quoteCashOut } from './cash-out-rules.ts';
import { deductDebt, lockDebts, undoDeduction } from '#server/payments/disputes/debts.ts';
import { lockReadyAccount } from './payout-accounts.ts';
import type { WriteDeps } from '#server/payments/service.ts';

export interface CashOutWish {
  citizenId: string;
  /** One per rendered form; the same again is the same request. */
  key: string;
  ducatsMinor: bigint;
  provider: CashOutProviderName;
  standing: TrustStanding;
}

/**
 * Writes a request and takes its ducats out of the wallet, in one transaction: cleared earnings only, into an account of
 * this cash-out alone. What its citizen owes is paid first. Refuses `debt_to_sellers`, `cash_out_level`, `cash_out_not_before`, `trust_frozen`, `payout_account_missing`,
 * `cash_out_too_small`, `cash_out_not_cleared`, `idempotency_key_reused`, what the ledger refuses (`limit_exceeded`), and
 * `condition_failed` where the wallet moved meanwhile: then do it again.
 */
export async function beginCashOut(tx: Tx, deps: WriteDeps, wish: CashOutWish): Promise<string> {
  const { citizenId, key, standing } = wish;
  const hash = inputHash({ ducatsMinor: String(wish.ducatsMinor) });
  const account = await lockReadyAccount(tx, { citizenId, provider: wish.provider });
  const known = await tx.cashOut.findUnique({
    where: { citizenId_key: { citizenId, key } },
    select: { id: true, inputHash: true },
  });
  if (known !== null) {
    if (known.inputHash === hash) return known.id;
    throw keyReused();
  }
  assertMayCashOut(standing);
  if (account === null) {
    throw refuse('conflict', 'payout_account_missing', 'Please say first where you want to be paid.');
  }
  const openDebtMinor = await deductibleDebt(tx, citizenId);
  const quote = quoteCashOut({ ducatsMinor: wish.ducatsMinor, openDebtMinor });
  const id = deps.ids.uuid();
  const escrowAccountId = await openAccount(tx, { owner: id, kind: 'escrow', asset: 'DUCAT' });
  const walletId = await walletOf(tx, citizenId);
  const requestedAt = deps.clock.now();
  await tx.cashOut.create({
    data: {
      id,
      citizenId,
      key,
      inputHash: hash,
      payoutAccountId: account.id,
      stripeAccountId: account.stripeAccountId,
      bankFingerprint: account.bankFingerprint,
      ...quote,
      escrowAccountId,
      approvalsNeeded: approvalsNeeded({ grossMinor: quote.grossMinor, level: standing.level }),
      state: 'requested',
      requestedAt,
    },
    select: { id: true },
  });
  await deductDebt(tx, deps, { citizenId, cashOutId: id, mostMinor: quote.debtMinor });
  await noteCashOut(tx, deps, { cashOutId: id, kind: 'requested', actorId: citizenId });
  const amount = formatAmount(quote.netMinor, 'USD', { locale: 'en' });
  await notify(tx, deps, { citizenId, kind: 'cash_out_requested', details: { amount } });
  const cashOut = { id, citizenId, requestedAt, ...quote, escrowAccountId };
  await noteTake(tx, {
    transferId: cashOutTransferId(cashOut, 'hold', deps.secret),
    rule: { clearedEarned: true },
  });
  // Late, because no other projector works until this transaction ends.
  const version = await assertCleared(tx, walletId, quote.ducatsMinor);
  const transfers = holdTransfers(cashOut, walletId, deps.secret);
  await postLinked(
    tx,
    transfers.map((transfer) => ({ ...transfer, condition: { debit: { version } } })),
  );
  await emit(tx, deps, { type: 'cash_out.requested', subject: id, payload: { citizenId } });
  return id;
}

/** Refuses `cash_out_not_cleared`: bought, granted and held ducats never become dollars. Answers the wallet's version. */
async function assertCleared(tx: Tx, walletId: bigint, ducatsMinor: bigint): Promise<bigint> {
  const versions = await projectAccounts(tx, [walletId]);
  // By the ledger's clock, which also decides when the lots are taken.
  const now = new Date(Number.parseInt(String((await ledgerTime(tx)) / 1_000n), 10));
  if (ducatsMinor <= (await clearedEarned(tx, walletId, now))) return versions.get(walletId) ?? 0n;
  throw refuse('conflict', 'cash_out_not_cleared', 'Only cleared earnings can be cashed out, and you have fewer.');
}

export interface OperatorDecision {
  cashOutId: string;
  operatorId: string;
}

/**
 * Notes an operator's yes; with the last one that is needed the cash-out is approved. Says whether it is. Refuses
 * `cash_out_not_found`, `cash_out_decided`, `cash_out_own`, `cash_out_same_operator` and `trust_frozen`.
 */
export async function approveCashOut(tx: Tx, deps: WriteDeps, decision: OperatorDecision): Promise<boolean> {
  const { cashOutId, operatorId } = decision;
  const cashOut = await lockForDecision(tx, decision);
  const approvedAt = deps.clock.now();
  const { isFrozen } = await trustStanding(tx, { citizenId: cashOut.citizenId, now: approvedAt });
  if (isFrozen) throw refuse('forbidden', 'cash_out_frozen', 'A card payment of this citizen was charged back.');
  const earlier = await tx.cashOutApproval.findMany({ where: { cashOutId }, select: { operatorId: true }, take: 10 });
  if (earlier.some((approval) => approval.operatorId === operatorId)) {
    throw refuse('forbidden', 'cash_out_same_operator', 'You have approved it already; somebody else must.');
  }
  await tx.cashOutApproval.create({ data: { cashOutId, operatorId, approvedAt }, select: { cashOutId: true } });
  const isApproved = earlier.length + 1 >= cashOut.approvalsNeeded;
  await noteCashOut(tx, deps, { cashOutId, kind: isApproved ? 'approved' : 'approval', actorId: operatorId });
  if (isApproved) {
    await tx.cashOut.update({
      where: { id: cashOutId },
      data: { state: 'approved', approvedAt },
      select: { id: true },
    });
  }
  return isApproved;
}

async function lockForDecision(tx: Tx, { cashOutId, operatorId }: OperatorDecision): Promise<LockedCashOut> {
  const cashOut = await lockCashOut(tx, cashOutId);
  if (cashOut.citizenId === operatorId) {
    throw refuse('forbidden', 'cash_out_own', 'Nobody decides about their own cash-out.');
  }
  if (cashOut.state === 'requested') return cashOut;
  throw refuse('conflict', 'cash_out_decided', 'This cash-out was decided already.');
}

/**
 * An operator's no, with a reason that the citizen reads; the very same ducats go back. Refuses as `approveCashOut`
 * does.
 */
export async function rejectCashOut(
  tx: Tx,
  deps: WriteDeps,
  decision: OperatorDecision & { reason: string },
): Promise<void> {
  const cashOut = await lockForDecision(tx, decision);
  const { operatorId: actorId, reason: note } = decision;
  await giveBack(tx, deps, { cashOut, state: 'rejected', actorId, note });
}

export interface GiveBack {
  cashOut: LockedCashOut;
  state: 'rejected' | 'failed';
  /** Null where nobody decided it. */
  actorId?: string;
  note: string;
  failureCode?: string;
}

/**
 * Cents that a citizen owes the house; nobody else pays them until this transaction ends. Refuses `debt_to_sellers` while
 * sellers wait for what a dispute took from them: that is paid back by itself, not out of a cash-out.
 */
async function deductibleDebt(tx: Tx, citizenId: string): Promise<bigint> {
  const debts = await lockDebts(tx, citizenId);
  if (debts.some(({ cause }) => cause === 'clawback')) {
    throw refuse('conflict', 'debt_to_sellers', 'Please repay first what a charged-back payment took from sellers.');
  }
  return debts.reduce((sum, { openMinor }) => sum + openMinor, 0n);
}

/** Ends a cash-out of which nothing was sent. The posting is the last thing in it. */
export async function giveBack(tx: Tx, deps: WriteDeps, { cashOut, state, ...why }: GiveBack): Promise<void> {
  const { id, citizenId } = cashOut;
  const { actorId = null, note, failureCode = null } = why;
  await tx.cashOut.update({
    where: { id },
    data: { state, failureCode, endedAt: deps.clock.now(), step: null, stepStartedAt: null, nextTryAt: null },
    select: { id: true },
  });
  await noteCashOut(tx, deps, { cashOutId: id, kind: state, actorId, note });
  await tellOfEnd(tx, deps, { cashOut, state });
  await undoDeduction(tx, { citizenId, cashOutId: id });
  const transfers = releaseCashOutTransfers(cashOut, await walletOf(tx, citizenId), deps.secret);
  const [released] = transfers;
  if (released !== undefined) {
    const hold = cashOutTransferId(cashOut, 'hold', deps.secret);
    await noteTake(tx, { transferId: released.id, rule: { returnOf: hold } });
  }
  await postLinked(tx, transfers, { source: 'external' });
  await emit(tx, deps, { type: `cash_out.${state}`, subject: id, payload: { citizenId } });
}

/** Tells the citizen how it ended. */
export async function tellOfEnd(
  tx: Tx,
  deps: WriteDeps,
  { cashOut, state }: { cashOut: LockedCashOut; state: 'failed' | 'paid' | 'rejected' | 'returned' },
): Promise<void> {
  const amount = formatAmount(cashOut.netMinor, 'USD', { locale: 'en' });
  await notify(tx, deps, { citizenId: cashOut.citizenId, kind: 'cash_out_ended', details: { amount, to: state } });
}

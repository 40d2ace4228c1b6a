import { openAccount } from '#server/ledger/accounts.ts';
import type { Prisma, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import { cashOutStates, type CashOutState } from './cash-out-schema.ts';
import type { WriteDeps } from '#server/payments/service.ts';

/** One cash-out under lock, and the record of what happened to it. */

export const cashOutSteps = ['transfer', 'payout', 'bank', 'reversal'] as const;
export type CashOutStep = (typeof cashOutSteps)[number];

const columns = {
  id: true,
  citizenId: true,
  stripeAccountId: true,
  payoutAccountId: true,
  bankFingerprint: true,
  ducatsMinor: true,
  grossMinor: true,
  debtMinor: true,
  feeMinor: true,
  netMinor: true,
  escrowAccountId: true,
  approvalsNeeded: true,
  state: true,
  step: true,
  stepStartedAt: true,
  attempt: true,
  nextTryAt: true,
  requestedAt: true,
  stripeTransferId: true,
  stripePayoutId: true,
  paidAt: true,
  failureCode: true,
  stripeReversalId: true,
} satisfies Prisma.CashOutSelect;

export interface LockedCashOut extends Omit<Prisma.CashOutGetPayload<{ select: typeof columns }>, 'state' | 'step'> {
  state: CashOutState;
  step: CashOutStep | null;
}

/** Whoever changes a cash-out waits here for whoever else does. Refuses `cash_out_not_found`. */
export async function lockCashOut(tx: Tx, id: string): Promise<LockedCashOut> {
  await tx.$queryRaw`SELECT id FROM cash_out WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  const row = await tx.cashOut.findUnique({ where: { id }, select: columns });
  if (row === null) throw refuse('not_found', 'cash_out_not_found', 'There is no such cash-out.');
  const state = cashOutStates.find((known) => known === row.state);
  invariant(state !== undefined, 'a cash-out is in a known state');
  return { ...row, state, step: cashOutSteps.find((known) => known === row.step) ?? null };
}

export type CashOutEventKind =
  | 'requested'
  | 'approval'
  | 'approved'
  | 'rejected'
  | 'sending'
  | 'sent'
  | 'waiting'
  | 'unknown'
  | 'looked'
  | 'accepted'
  | 'paid'
  | 'bank_failed'
  | 'failed'
  | 'returned';

export interface CashOutHappening {
  cashOutId: string;
  kind: CashOutEventKind;
  /** The citizen or operator; null for what happens by itself. */
  actorId?: string | null;
  note?: string | null;
}

/** Adds to the history of a cash-out that the caller has locked or just made. */
export async function noteCashOut(tx: Tx, deps: Pick<WriteDeps, 'clock'>, happening: CashOutHappening): Promise<void> {
  const { cashOutId, kind, actorId = null, note = null } = happening;
  const number = (await tx.cashOutEvent.count({ where: { cashOutId } })) + 1;
  const occurredAt = deps.clock.now();
  await tx.cashOutEvent.create({
    data: { cashOutId, number, kind, actorId, note, occurredAt },
    select: { number: true },
  });
}

export function walletOf(tx: Tx, owner: string): Promise<bigint> {
  return openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' });
}

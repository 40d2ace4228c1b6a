import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { usd, type UsdMinor } from '#server/money/money.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { invariant } from '#server/platform/invariant.ts';
import { payInOrder, type DebtCause, type OpenDebt } from './dispute-rules.ts';
import type { WriteDeps } from '#server/payments/service.ts';

/** What citizens owe in dollars: rows beside the `receivable` account, which say why. */

export interface NewDebt {
  citizenId: string;
  cause: DebtCause;
  /** The dispute or refund: each has one debt per cause. */
  reference: string;
  /** Cents; nothing is written for 0. */
  amountMinor: bigint;
}

/** Writes down what is owed, with the transfers that book it on `receivable`. */
export async function addDebt(tx: Tx, deps: WriteDeps, debt: NewDebt): Promise<void> {
  if (debt.amountMinor === 0n) return;
  await tx.debt.create({
    data: { id: deps.ids.uuid(), ...debt, createdAt: deps.clock.now() },
    select: { id: true },
  });
}

/** What was repaid and written off, in cents, of a debt that is none after all. */
export interface UndoneDebt {
  repaidMinor: bigint;
  writtenOffMinor: bigint;
}

/**
 * What a debt was for was undone: it is owed no more. Says what had been repaid and given up of it, for the caller to book
 * back; nothing where there was no such debt.
 */
export async function cancelDebt(
  tx: Tx,
  deps: WriteDeps,
  debt: { citizenId: string; cause: DebtCause; reference: string },
): Promise<UndoneDebt> {
  const { citizenId, cause, reference } = debt;
  await lockDebts(tx, citizenId);
  const row = await tx.debt.findFirst({
    where: { cause, reference, cancelledAt: null },
    select: { id: true, repaidMinor: true, writtenOffMinor: true },
  });
  if (row === null) return { repaidMinor: 0n, writtenOffMinor: 0n };
  await tx.debt.update({ where: { id: row.id }, data: { cancelledAt: deps.clock.now() }, select: { id: true } });
  return { repaidMinor: row.repaidMinor, writtenOffMinor: row.writtenOffMinor };
}

const debtsMax = 500;

/** What a citizen owes and has neither repaid nor been let off. At most 500, the oldest. */
export async function openDebts(db: Db, citizenId: string): Promise<(OpenDebt & { reference: string })[]> {
  const rows = await db.debt.findMany({
    where: { citizenId, cancelledAt: null },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { id: true, cause: true, reference: true, ...amounts, createdAt: true },
    take: debtsMax,
  });
  return rows.map(openOf).filter(({ openMinor }) => openMinor > 0n);
}

const amounts = { amountMinor: true, repaidMinor: true, writtenOffMinor: true } as const;

interface DebtRow {
  id: string;
  cause: string;
  reference: string;
  amountMinor: bigint;
  repaidMinor: bigint;
  writtenOffMinor: bigint;
  createdAt: Date;
}

function openOf(row: DebtRow): OpenDebt & { reference: string } {
  const { id, cause, reference, createdAt, amountMinor, repaidMinor, writtenOffMinor } = row;
  return {
    id,
    cause: cause as DebtCause,
    reference,
    createdAt,
    openMinor: amountMinor - repaidMinor - writtenOffMinor,
  };
}

/** How many cents a citizen owes. */
export async function openDebt(db: Db, citizenId: string): Promise<UsdMinor> {
  const debts = await openDebts(db, citizenId);
  return usd(debts.reduce((sum, { openMinor }) => sum + openMinor, 0n));
}

/** What is owed, locked until the end of the transaction: whoever pays, writes off or cancels waits for each other. */
export async function lockDebts(tx: Tx, citizenId: string): Promise<(OpenDebt & { reference: string })[]> {
  await lockName(tx, `debt:${citizenId}`);
  return openDebts(tx, citizenId);
}

export interface PaidPart {
  debtId: string;
  cause: DebtCause;
  reference: string;
  amountMinor: bigint;
}

export interface Repayment {
  id: string;
  citizenId: string;
  key: string;
  method: 'ducats' | 'card' | 'cash_out';
  amountMinor: bigint;
  parts: readonly PaidPart[];
}

/** Decides what a payment is for, to sellers first; the caller has locked the debts. */
export function partsOf(paidMinor: bigint, debts: readonly (OpenDebt & { reference: string })[]): PaidPart[] {
  return payInOrder(paidMinor, debts).map((part) => {
    const debt = debts.find(({ id }) => id === part.debtId);
    invariant(debt !== undefined, 'a part of a payment is for a debt');
    return { ...part, reference: debt.reference };
  });
}

/** Cents of a payment that sellers get, and what is for the house. */
export function splitOf(parts: readonly PaidPart[]): { earnedMinor: bigint; restMinor: bigint } {
  const sum = (isEarned: boolean) =>
    parts.reduce(
      (total, { cause, amountMinor }) => ((cause === 'clawback') === isEarned ? total + amountMinor : total),
      0n,
    );
  return { earnedMinor: sum(true), restMinor: sum(false) };
}

/** Writes down a payment and what it was for; a chargeback of which nothing is owed any more is settled. */
export async function recordRepayment(tx: Tx, deps: WriteDeps, repayment: Repayment): Promise<void> {
  const { id, citizenId, key, method, amountMinor, parts } = repayment;
  await tx.debtRepayment.create({
    data: { id, citizenId, key, method, amountMinor, createdAt: deps.clock.now() },
    select: { id: true },
  });
  await tx.debtRepaymentPart.createMany({
    data: parts.map((part) => ({ repaymentId: id, debtId: part.debtId, amountMinor: part.amountMinor })),
  });
  for (const part of parts) {
    await tx.debt.update({
      where: { id: part.debtId },
      data: { repaidMinor: { increment: part.amountMinor } },
      select: { id: true },
    });
  }
  await settleChargebacks(tx, deps, citizenId);
}

/** Says of every chargeback of a citizen of which nothing is owed any more that it is settled. */
export async function settleChargebacks(tx: Tx, deps: WriteDeps, citizenId: string): Promise<void> {
  const open = new Set((await openDebts(tx, citizenId)).map(({ reference }) => reference));
  const disputes = await tx.dispute.findMany({
    where: { citizenId, state: { in: ['withdrawn', 'won', 'lost'] } },
    orderBy: { id: 'desc' },
    select: { id: true, trustReference: true },
    take: debtsMax,
  });
  for (const { id, trustReference: reference } of disputes) {
    if (open.has(id)) continue;
    await noteTrustEvent(tx, {
      citizenId,
      kind: 'chargeback_settled',
      reference,
      occurredAt: deps.clock.now(),
      ids: deps.ids,
    });
  }
}

/**
 * What of a cash-out goes to what its citizen owes, at most `mostMinor` cents: writes it down when the cash-out is asked
 * for, so that nothing else pays the same debt meanwhile, and returns it. `receivable` is credited when the money leaves.
 * While sellers wait for their share nothing may be cashed out, so there is none to give them here.
 */
export async function deductDebt(
  tx: Tx,
  deps: WriteDeps,
  input: { citizenId: string; cashOutId: string; mostMinor: bigint },
): Promise<UsdMinor> {
  const { citizenId, cashOutId, mostMinor } = input;
  const parts = partsOf(mostMinor, await lockDebts(tx, citizenId));
  const { earnedMinor, restMinor } = splitOf(parts);
  invariant(earnedMinor === 0n, 'nothing is cashed out while sellers wait for what a dispute took');
  if (restMinor === 0n) return usd(0n);
  const repayment = { id: cashOutId, citizenId, key: cashOutId, method: 'cash_out', amountMinor: restMinor } as const;
  await recordRepayment(tx, deps, { ...repayment, parts });
  return usd(restMinor);
}

/** The cash-out ended before any money left: what it would have paid is owed as before. */
export async function undoDeduction(tx: Tx, input: { citizenId: string; cashOutId: string }): Promise<void> {
  const { citizenId, cashOutId: repaymentId } = input;
  await lockDebts(tx, citizenId);
  const parts = await tx.debtRepaymentPart.findMany({
    where: { repaymentId },
    select: { debtId: true, amountMinor: true },
  });
  if (parts.length === 0) return;
  for (const { debtId, amountMinor } of parts) {
    await tx.debt.update({
      where: { id: debtId },
      data: { repaidMinor: { decrement: amountMinor } },
      select: { id: true },
    });
  }
  await tx.debtRepaymentPart.deleteMany({ where: { repaymentId } });
  await tx.debtRepayment.delete({ where: { id: repaymentId }, select: { id: true } });
}

import { postLinked } from '#server/ledger/transfers.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { emit } from '#server/platform/outbox.ts';
import { writeOffTransfers } from './debt-bookings.ts';
import { lockDebts, settleChargebacks, splitOf } from './debts.ts';
import { receivableOf } from './disputed-lots.ts';
import type { WriteDeps } from '#server/payments/service.ts';

/** Debts that the house gives up, by one operator or, above a threshold, by two. */

/** Cents that one operator alone may give up. An operator setting with its default. */
export const writeOffAloneMinorMax = 5_000n;

export interface WriteOffProposal {
  /** Made by the form; the same on every attempt. */
  id: string;
  /** The dispute or refund whose open debts are given up. */
  reference: string;
  /** 10 to 500 characters, kept for good. */
  reason: string;
  operatorId: string;
}

/**
 * Gives up what is still owed for a dispute or refund: at once up to the threshold, else when another operator agrees.
 * Says which of the two. The same proposal again changes nothing.
 * Refuses `debt_none`, `write_off_own` (an operator's own debt), `write_off_waiting` (another proposal is open).
 */
export async function proposeWriteOff(
  tx: Tx,
  deps: WriteDeps,
  proposal: WriteOffProposal,
): Promise<{ state: 'proposed' | 'done' | 'withdrawn'; citizenId: string }> {
  const { id, reference, reason, operatorId } = proposal;
  const known = await tx.debtWriteOff.findUnique({ where: { id }, select: { state: true, citizenId: true } });
  if (known !== null) return { state: known.state as 'proposed' | 'done' | 'withdrawn', citizenId: known.citizenId };
  const citizenId = await debtorOf(tx, reference);
  if (citizenId === operatorId)
    throw refuse('forbidden', 'write_off_own', 'Another operator has to decide about yours.');
  const amountMinor = sumOpen(await openOfReference(tx, { citizenId, reference }));
  if (amountMinor === 0n) throw refuse('conflict', 'debt_none', 'Nothing is owed.');
  const waiting = await tx.debtWriteOff.count({ where: { reference, state: 'proposed' } });
  if (waiting > 0) throw refuse('conflict', 'write_off_waiting', 'Giving this debt up was proposed already.');
  const needsSecond = amountMinor > writeOffAloneMinorMax;
  const now = deps.clock.now();
  const decision = needsSecond ? { state: 'proposed' } : { state: 'done', decidedBy: operatorId, decidedAt: now };
  const base = { id, citizenId, reference, amountMinor, reason, needsSecond, proposedBy: operatorId, proposedAt: now };
  await tx.debtWriteOff.create({ data: { ...base, ...decision }, select: { id: true } });
  if (!needsSecond) await bookWriteOff(tx, deps, { id, citizenId, reference });
  return { state: needsSecond ? 'proposed' : 'done', citizenId };
}

/**
 * A second operator agrees (`isAgreed`), or anybody takes the proposal back. What was repaid or won meanwhile is not
 * given up again. Refuses `write_off_not_found`, `write_off_decided`, `write_off_same_operator`, `write_off_own`.
 */
export async function decideWriteOff(
  tx: Tx,
  deps: WriteDeps,
  decision: { id: string; operatorId: string; isAgreed: boolean },
): Promise<{ citizenId: string }> {
  const { id, operatorId, isAgreed } = decision;
  await tx.$queryRaw`SELECT id::text FROM debt_write_off WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.debtWriteOff.findUnique({
    where: { id },
    select: { citizenId: true, reference: true, state: true, proposedBy: true },
  });
  if (row === null) throw refuse('not_found', 'write_off_not_found', 'There is no such proposal.');
  const { citizenId, reference } = row;
  if (row.state !== 'proposed') throw refuse('conflict', 'write_off_decided', 'This was decided already.');
  if (isAgreed && row.proposedBy === operatorId)
    throw refuse('forbidden', 'write_off_same_operator', 'Another operator must agree.');
  if (citizenId === operatorId)
    throw refuse('forbidden', 'write_off_own', 'Another operator has to decide about yours.');
  const state = isAgreed ? 'done' : 'withdrawn';
  await tx.debtWriteOff.update({
    where: { id },
    data: { state, decidedBy: operatorId, decidedAt: deps.clock.now() },
    select: { id: true },
  });
  if (isAgreed) await bookWriteOff(tx, deps, { id, citizenId, reference });
  return { citizenId };
}

async function bookWriteOff(
  tx: Tx,
  deps: WriteDeps,
  given: { id: string; citizenId: string; reference: string },
): Promise<void> {
  const { id, citizenId, reference } = given;
  const debts = await openOfReference(tx, { citizenId, reference });
  const parts = debts.map(({ id: debtId, cause, openMinor }) => ({ debtId, cause, reference, amountMinor: openMinor }));
  if (parts.length === 0) return;
  for (const { debtId, amountMinor } of parts) {
    await tx.debt.update({
      where: { id: debtId },
      data: { writtenOffMinor: { increment: amountMinor } },
      select: { id: true },
    });
  }
  await settleChargebacks(tx, deps, citizenId);
  const identity = { id, citizenId, time: deps.clock.now(), secret: deps.secret };
  const receivableAccountId = await receivableOf(tx, citizenId);
  await postLinked(tx, writeOffTransfers(identity, { receivableAccountId, ...splitOf(parts) }));
  await emit(tx, deps, { type: 'debt.written_off', subject: citizenId, payload: { reference } });
}

async function debtorOf(db: Db, reference: string): Promise<string> {
  const debt = await db.debt.findFirst({ where: { reference }, select: { citizenId: true } });
  if (debt === null) throw refuse('not_found', 'debt_none', 'Nothing is owed.');
  return debt.citizenId;
}

async function openOfReference(tx: Tx, of: { citizenId: string; reference: string }) {
  return (await lockDebts(tx, of.citizenId)).filter(({ reference }) => reference === of.reference);
}

function sumOpen(debts: readonly { openMinor: bigint }[]): bigint {
  return debts.reduce((sum, { openMinor }) => sum + openMinor, 0n);
}

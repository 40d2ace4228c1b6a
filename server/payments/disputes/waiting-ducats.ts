import { findAccount, systemAccountId } from '#server/ledger/accounts.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import type { Tx } from '#server/platform/db.ts';
import { noteTake } from '#server/provenance/notes.ts';
import { noteRefundReturns } from '#server/payments/refunds/refund-lots.ts';
import { endWaitOfNothing, holdOf, waitAgain, waitingOf } from '#server/payments/refunds/refund-rows.ts';
import { lockTopUp, type WriteDeps } from '#server/payments/service.ts';
import { chargeOf } from '#server/payments/top-up-lots.ts';
import {
  takeWaitingTransfers,
  waitingBackTransfers,
  type DisputeIdentity,
  type WaitingDucats,
} from './dispute-bookings.ts';

/** Ducats of a disputed top-up that wait in suspense: a dispute takes them before anything is owed. */

/** What waits of a top-up, with its row locked, so that nothing lets it into the wallet meanwhile. */
export async function lockWaiting(tx: Tx, topUpId: string | null): Promise<WaitingDucats> {
  if (topUpId === null) return { baseMinor: 0n, bonusMinor: 0n };
  return waitingOf(tx, await lockTopUp(tx, topUpId));
}

/** Takes ducats out of suspense. A top-up of which nothing waits any more is returned. */
export async function takeWaiting(
  tx: Tx,
  identity: DisputeIdentity,
  { topUpId, taken }: { topUpId: string | null; taken: WaitingDucats },
): Promise<TransferRequest[]> {
  const transfers = takeWaitingTransfers(identity, taken);
  if (topUpId === null || transfers.length === 0) return [];
  const { disputeId, citizenId } = identity;
  const [source, promotion] = [chargeOf(topUpId), systemAccountId('promotion', 'DUCAT')];
  for (const [
    position,
    { id: transferId, debitAccountId: accountId, creditAccountId, amountMinor },
  ] of transfers.entries()) {
    const isBonus = creditAccountId === promotion;
    await noteTake(tx, { transferId, rule: { source, kind: isBonus ? 'granted' : 'bought' } });
    const step = isBonus ? 'waiting_bonus' : 'waiting';
    const taking = { transferId, disputeId, citizenId, accountId, step, position, amountMinor };
    await tx.ducatTaking.create({ data: taking, select: { transferId: true } });
  }
  await endWaitOfNothing(tx, await lockTopUp(tx, topUpId));
  return transfers;
}

/**
 * Gives back what was taken while it waited, and it waits again; where the rest of the top-up was let in meanwhile, it
 * comes into the wallet too.
 */
export async function giveBackWaiting(
  tx: Tx,
  deps: WriteDeps,
  { topUpId, identity }: { topUpId: string | null; identity: DisputeIdentity },
): Promise<TransferRequest[]> {
  if (topUpId === null) return [];
  const back = await returnTakings(tx, identity.disputeId);
  if (back.baseMinor + back.bonusMinor === 0n) return [];
  const topUp = await lockTopUp(tx, topUpId);
  await waitAgain(tx, topUp);
  const wallet = { owner: topUp.citizenId, kind: 'wallet', asset: 'DUCAT' } as const;
  const walletAccountId = topUp.state === 'credited' ? await findAccount(tx, wallet) : null;
  const transfers = waitingBackTransfers(identity, { ...back, walletAccountId });
  const idsFrom = (account: bigint) =>
    transfers.filter(({ debitAccountId }) => debitAccountId === account).map(({ id }) => id);
  await noteRefundReturns(tx, {
    topUpId,
    baseIds: idsFrom(systemAccountId('treasury', 'DUCAT')),
    bonusIds: idsFrom(systemAccountId('promotion', 'DUCAT')),
    holdUntil: await holdOf(tx, deps, topUp),
  });
  return transfers;
}

/** Notes that everything taken out of suspense is given back, and says how much that is. */
async function returnTakings(tx: Tx, disputeId: string): Promise<WaitingDucats> {
  const rows = await tx.ducatTaking.findMany({
    where: { disputeId, step: { in: ['waiting', 'waiting_bonus'] } },
    select: { transferId: true, step: true, amountMinor: true, returnedMinor: true },
  });
  const back = { baseMinor: 0n, bonusMinor: 0n };
  for (const { transferId, step, amountMinor, returnedMinor } of rows) {
    back[step === 'waiting' ? 'baseMinor' : 'bonusMinor'] += amountMinor - returnedMinor;
    const data = { returnedMinor: amountMinor };
    await tx.ducatTaking.update({ where: { transferId }, data, select: { transferId: true } });
  }
  return back;
}

import type { TransferRequest } from '#server/ledger/schema.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { noteLotFacts, noteTake } from '#server/provenance/notes.ts';
import { projectAccounts } from '#server/provenance/project.ts';
import { lotsOf } from '#server/provenance/queries.ts';
import { chargeOf } from '#server/payments/top-up-lots.ts';

/** Which ducats of a wallet a payment brought, and that a refund takes these and no others. */

export interface Unspent {
  baseMinor: bigint;
  bonusMinor: bigint;
}

/** What of a payment is in a wallet, as far as it is worked out. */
export async function unspentOf(
  db: Db,
  wallet: { accountId: bigint | null; topUpId: string; at: Date },
): Promise<Unspent> {
  const { accountId, topUpId, at } = wallet;
  if (accountId === null) return { baseMinor: 0n, bonusMinor: 0n };
  const charge = chargeOf(topUpId);
  const lots = await lotsOf(db, accountId, { at });
  const own = lots.filter(({ source }) => source.type === charge.type && source.id === charge.id);
  const total = (kind: 'bought' | 'granted') =>
    own.filter((lot) => lot.kind === kind).reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  return { baseMinor: total('bought'), bonusMinor: total('granted') };
}

/**
 * The same at this very moment, with the version of the wallet for which it holds: post on the condition that it is still
 * that. Refuses `provenance_behind`.
 */
export async function unspentNow(
  tx: Tx,
  wallet: { accountId: bigint; topUpId: string; at: Date },
): Promise<Unspent & { version: bigint }> {
  const versions = await projectAccounts(tx, [wallet.accountId]);
  return { ...(await unspentOf(tx, wallet)), version: versions.get(wallet.accountId) ?? 0n };
}

/**
 * Says that transfers take the ducats of this payment. They are those of one step: first the bought ducats, where there
 * are any, then the granted ones.
 */
export async function noteRefundTakes(
  tx: Tx,
  step: { topUpId: string; transfers: readonly TransferRequest[]; hasBase: boolean },
): Promise<void> {
  const { topUpId, transfers, hasBase } = step;
  for (const [index, { id: transferId }] of transfers.entries()) {
    const kind = hasBase && index === 0 ? 'bought' : 'granted';
    await noteTake(tx, { transferId, rule: { source: chargeOf(topUpId), kind } });
  }
}

/** Says that ducats which come out of the house again are what this payment had brought, held as they were. */
export async function noteRefundReturns(
  tx: Tx,
  step: { topUpId: string; baseIds: readonly string[]; bonusIds: readonly string[]; holdUntil: Date | null },
): Promise<void> {
  const { topUpId, baseIds, bonusIds, holdUntil } = step;
  const charge = { source: chargeOf(topUpId), expiresAt: null };
  await noteLotFacts(tx, [
    ...baseIds.map((transferId) => ({ transferId, kind: 'bought' as const, holdUntil, ...charge })),
    ...bonusIds.map((transferId) => ({ transferId, kind: 'granted' as const, holdUntil: null, ...charge })),
  ]);
}

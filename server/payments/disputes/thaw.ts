import { freezeAccount, unfreezeAccount } from '#server/ledger/accounts.ts';
import { lookupAccounts } from '#server/ledger/lookups.ts';
import type { Tx } from '#server/platform/db.ts';

/**
 * Does something that moves money out of wallets which are frozen for everything else: what a dispute takes back and what
 * is repaid. Nobody sees them unfrozen, because it is one transaction and their rows stay locked. A wallet whose account
 * was closed is open again afterwards: it has money to hold.
 */
export async function withThawed<Result>(
  tx: Tx,
  accountIds: readonly bigint[],
  work: () => Promise<Result>,
): Promise<Result> {
  const accounts = await lookupAccounts(tx, [...new Set(accountIds)].sort(ascending));
  const shut = accounts.filter(({ isFrozen, isClosed }) => isFrozen || isClosed);
  for (const { id } of shut) await unfreezeAccount(tx, id);
  const result = await work();
  for (const { id, isFrozen } of shut) if (isFrozen) await freezeAccount(tx, id);
  return result;
}

function ascending(left: bigint, right: bigint): number {
  return left < right ? -1 : 1;
}

import { notify } from '#server/citizens/notifications.ts';
import { knownAccounts, ledgerTime } from '#server/ledger/feed.ts';
import { grantExpiryTemplate } from '#server/ledger/template-grant.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { toDecimal } from '#server/money/money.ts';
import type { Clock } from '#server/platform/clock.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { derivedId, type Ids } from '#server/platform/ids.ts';
import { expiredOf } from '#server/provenance/expired.ts';
import { noteTake } from '#server/provenance/notes.ts';
import { projectAccounts } from '#server/provenance/project.ts';

/** Granted ducats that were not spent in time go back to the house's promotion account. */

export interface GrantExpiryDeps {
  clock: Clock;
  ids: Ids;
  secret: string;
}

/**
 * Takes back what of a wallet has expired, and tells its citizen. Answers how many centesimi; 0 for another kind of
 * account and where nothing has expired. Posting is the last statement, on the condition that the wallet is where it
 * was looked at: throws `condition_failed` where somebody spent meanwhile, so that nothing else is ever taken, and the
 * ledger's refusal where the wallet is frozen, closed or reserved; then nothing is kept.
 */
export async function expireGrants(tx: Tx, deps: GrantExpiryDeps, walletId: bigint): Promise<bigint> {
  const [wallet] = await knownAccounts(tx, [walletId]);
  if (wallet?.kind !== 'wallet') return 0n;
  const version = (await projectAccounts(tx, [walletId])).get(walletId) ?? 0n;
  // By the ledger's clock, rounded down: nothing is taken before its time.
  const now = new Date(Number.parseInt(String((await ledgerTime(tx)) / 1_000n), 10));
  const expired = await expiredOf(tx, walletId, now);
  if (expired === 0n) return 0n;
  const [transfer] = bindTemplate(grantExpiryTemplate, {
    amounts: { expired },
    parties: { wallet: walletId },
    idOf: (leg) => expiryId(deps, { walletId, version, leg }),
    reference: wallet.owner,
  });
  if (transfer === undefined) return 0n;
  await noteTake(tx, { transferId: transfer.id, rule: { anyUnreserved: true } });
  await notify(tx, deps, { citizenId: wallet.owner, kind: 'grant_expired', details: { amount: toDecimal(expired) } });
  await postLinked(tx, [{ ...transfer, condition: { debit: { version } } }]);
  return expired;
}

/** A wallet at one version expires once. */
function expiryId(
  { clock, secret }: GrantExpiryDeps,
  { walletId, version, leg }: { walletId: bigint; version: bigint; leg: string },
): string {
  return derivedId({
    time: clock.now(),
    principal: 'house',
    kind: 'grant_expiry',
    key: `${String(walletId)} ${String(version)}`,
    leg,
    secret: deriveKey(secret, 'ledger-ids'),
  });
}

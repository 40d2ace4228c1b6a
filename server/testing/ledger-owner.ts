import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import type { AccountKind, Asset } from '#server/ledger/schema.ts';
import { post } from '#server/ledger/transfers.ts';
import type { Database } from '#server/platform/db.ts';
import { ledgerClock } from './ledger-clock.ts';
import { move, transferId } from './ledger.ts';

/** A new owner of ducats, with several accounts. */
export interface Owner {
  name: string;
  wallet: bigint;
  escrow: bigint;
}

/** A new owner whose wallet and escrow hold so many centesimi each. */
export async function openOwner(database: Database, fundsMinor = 0n): Promise<Owner> {
  const name = transferId();
  const open = (kind: AccountKind, asset: Asset = 'DUCAT') =>
    database.inTransaction((tx) => openAccount(tx, { owner: name, kind, asset }));
  const owner = { name, wallet: await open('wallet'), escrow: await open('escrow') };
  if (fundsMinor > 0n) {
    const issuance = systemAccountId('issuance', 'DUCAT');
    const { id } = ledgerClock(database);
    const requests = await Promise.all(
      [owner.wallet, owner.escrow].map(async (to) =>
        move({ from: issuance, to, amountMinor: fundsMinor, kind: 'mint', id: await id() }),
      ),
    );
    await database.inTransaction((tx) => post(tx, requests));
  }
  return owner;
}

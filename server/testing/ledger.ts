import { randomBytes } from 'node:crypto';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import type { PostOptions, TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { post } from '#server/ledger/transfers.ts';
import type { Database } from '#server/platform/db.ts';
import { uuidv7At } from '#server/platform/ids.ts';

/** A new ledger id, of now or of a given time. */
export function transferId(time: Date = new Date()): string {
  return uuidv7At(time, randomBytes(10));
}

/** Short ways to say what a ledger test does, over one database. */
export interface Books {
  /** A wallet of a new owner, holding so many centesimi. */
  wallet: (amountMinor?: bigint) => Promise<bigint>;
  post: (requests: readonly TransferRequest[], options?: PostOptions) => Promise<TransferResult[]>;
  balance: (accountId: bigint) => Promise<bigint>;
  available: (accountId: bigint) => Promise<bigint>;
}

export function books(database: Database): Books {
  const postNow: Books['post'] = (requests, options) => database.inTransaction((tx) => post(tx, requests, options));
  return {
    wallet: async (amountMinor = 0n) => {
      const owner = transferId();
      const id = await database.inTransaction((tx) => openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' }));
      if (amountMinor > 0n) await postNow([move({ from: systemAccountId('issuance', 'DUCAT'), to: id, amountMinor })]);
      return id;
    },
    post: postNow,
    balance: async (accountId) => (await accountBalance(database.client, accountId)).balanceMinor,
    available: async (accountId) => (await accountBalance(database.client, accountId)).availableMinor,
  };
}

interface Move extends Partial<TransferRequest> {
  from: bigint;
  to: bigint;
  amountMinor: bigint;
}

/** A transfer with a new id unless one is given. */
export function move({ from, to, ...rest }: Move): TransferRequest {
  return { id: transferId(), debitAccountId: from, creditAccountId: to, kind: 'adjustment', ...rest };
}

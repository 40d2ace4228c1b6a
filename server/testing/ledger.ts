import { randomBytes } from 'node:crypto';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import type { PostOptions, TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { post } from '#server/ledger/transfers.ts';
import type { Database } from '#server/platform/db.ts';
import { asSuperuser, type TestDatabase } from './database.ts';
import { uuidv7At } from '#server/platform/ids.ts';

/** A new ledger id, of now or of a given time. */
export function transferId(time: Date = new Date()): string {
  return uuidv7At(time, randomBytes(10));
}

/**
 * From now on a transfer with the reference `poison` ends its whole call, as a defect in the database would; so does a
 * condition on the sum of an owner's accounts, and that before the call has waited for any account.
 */
export async function plantPoison(database: TestDatabase): Promise<void> {
  await asSuperuser(
    database,
    `CREATE FUNCTION public.poison() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'poison' USING ERRCODE = 'XX000'; END $$;
     CREATE TRIGGER poison BEFORE INSERT ON ledger.transfer FOR EACH ROW WHEN (NEW.reference = 'poison')
       EXECUTE FUNCTION public.poison();
     CREATE TRIGGER poison BEFORE INSERT ON ledger.owner_guard FOR EACH ROW EXECUTE FUNCTION public.poison()`,
  );
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

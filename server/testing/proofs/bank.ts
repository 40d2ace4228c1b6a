import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { post } from '#server/ledger/transfers.ts';
import type { Database } from '#server/platform/db.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import type { ClientList } from './client-list.ts';
import { randomFrom } from './random.ts';
import { postPatiently, Teller, type Post } from './teller.ts';

/** A closed circle of wallets: what all of them hold together never changes. */
export interface Bank {
  wallets: readonly bigint[];
  totalMinor: bigint;
  list: ClientList;
}

export interface BankLoad {
  connections: number;
  seed: number;
  /** Asked by each client before each batch, with the number of those it has sent. */
  isOver: (batchesSent: number) => boolean;
  /** Told after each batch that was answered. */
  onAnswer?: () => void;
}

const fundsMinor = 1_000n;

/** Posts each batch in a transaction of its own, as the product does. */
export function postTo(database: Database): Post {
  return (batch) => database.inTransaction((tx) => post(tx, batch));
}

/** Opens wallets, each with 1,000 centesimi; also their funding is on the client's list. */
export async function openBank(database: Database, walletCount: number, list: ClientList): Promise<Bank> {
  const wallets: bigint[] = [];
  for (let count = 0; count < walletCount; count += 1) {
    const owner = transferId();
    wallets.push(await database.inTransaction((tx) => openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' })));
  }
  const issuance = systemAccountId('issuance', 'DUCAT');
  const funding = wallets.map((to) => move({ from: issuance, to, amountMinor: fundsMinor }));
  list.sending(funding);
  list.answered(funding, await postPatiently(postTo(database), funding));
  return { wallets, totalMinor: fundsMinor * BigInt(walletCount), list };
}

/** Lets that many clients work at once. Resolves with what ended each of them: null, or what the ledger threw. */
export async function workAtOnce(database: Database, bank: Bank, load: BankLoad): Promise<unknown[]> {
  const send = postTo(database);
  const sendAndTell: Post = async (batch) => {
    const results = await send(batch);
    load.onAnswer?.();
    return results;
  };
  const tellers = Array.from({ length: load.connections }, (_, index) => {
    const random = randomFrom(load.seed * 1_000 + index);
    return new Teller({ wallets: bank.wallets, random, list: bank.list, post: sendAndTell });
  });
  return Promise.all(
    tellers.map((teller) =>
      teller.work(load.isOver).then(
        () => null,
        (error: unknown) => error,
      ),
    ),
  );
}

export interface Resolution {
  /** Batches whose answer was lost. */
  asked: number;
  /** Those of them that had been booked nevertheless. */
  happened: number;
}

/**
 * Sends every batch of unknown outcome again, with the same ids: afterwards each is known. Clients do so one after
 * another here, because what one of them then books may decide what another one can.
 */
export async function resolveUnknown(database: Database, list: ClientList): Promise<Resolution> {
  const resolution: Resolution = { asked: 0, happened: 0 };
  for (const batch of list.unknown) {
    const results = await postPatiently(postTo(database), batch);
    list.answered(batch, results);
    resolution.asked += 1;
    const isBefore = results.some(
      (result) => result.status === 'exists' || (result.status === 'refused' && result.replayed),
    );
    resolution.happened += isBefore ? 1 : 0;
  }
  return resolution;
}

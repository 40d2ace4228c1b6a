import { expect, it } from 'vitest';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { sealedMonths } from '#server/ledger/seal-queries.ts';
import { post } from '#server/ledger/transfers.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { deadlocks, openTransaction, untilWaiting } from '#server/testing/ledger-contention.ts';
import { testDatabase } from '#server/testing/database.ts';
import { ageMonths, type AgedMonths } from '#server/testing/ledger-seals.ts';
import { books, move } from '#server/testing/ledger.ts';

const issuance = systemAccountId('issuance', 'DUCAT');

async function start() {
  const database = await testDatabase({ connectionsMax: 12 });
  const months = await ageMonths(database);
  await months.sealAllTo(-2);
  return { database, months, ...books(database) };
}

/** A transfer of the month that is about to be sealed, as a payment provider may bring it. */
function late(months: AgedMonths, to: bigint): TransferRequest {
  return move({ from: issuance, to, amountMinor: 1n, id: months.idOf(-1) });
}

const external = { source: 'external' } as const;

it('a call that asked before the seal and writes after it is refused, and the month stays as it was sealed', async () => {
  const { database, months, post: postNow } = await start();
  const owner = { owner: 'late', kind: 'wallet', asset: 'DUCAT' } as const;
  const to = await database.inTransaction((tx) => openAccount(tx, owner));
  const blocker = await openTransaction(
    database,
    (tx) => tx.$queryRaw`SELECT ledger.set_account_state(${to}::bigint, false, false)`,
  );
  const requests = [late(months, to)];
  // Each is let in by the line as it was, then waits for the account.
  const waiting = [
    database.inTransaction((tx) => post(tx, requests, external)),
    postNow([late(months, to), late(months, to)], external),
  ].map((call) => call.catch((error: unknown) => (isDomainError(error) ? error.code : String(error))));
  await untilWaiting(database, 2);
  await months.seal(-1);
  await blocker.commit();
  expect(await Promise.all(waiting)).toEqual(['ledger_contention', 'ledger_contention']);
  expect(await postNow(requests, external)).toMatchObject([{ status: 'refused', code: 'id_too_old' }]);
  expect(await sealedMonths(database.client, 1)).toMatchObject([{ transfers: 0n }]);
  expect((await checkLedger(database.client)).findings).toEqual([]);
});

it('what was booked and is not committed yet is waited for and sealed', async () => {
  const { database, months, wallet } = await start();
  const requests = [late(months, await wallet(1n))];
  const unfinished = await openTransaction(database, (tx) => post(tx, requests, external));
  const sealing = months.seal(-1);
  await untilWaiting(database);
  await unfinished.commit();
  await sealing;
  expect(await sealedMonths(database.client, 1)).toMatchObject([{ transfers: 1n }]);
  expect((await checkLedger(database.client)).findings).toEqual([]);
});

it('while eight connections post, a month is sealed with everything that they were told is booked', async () => {
  const { database, months, wallet, post: postNow } = await start();
  const wallets = await Promise.all(Array.from({ length: 8 }, () => wallet(1n)));
  const booked = { late: 0n, present: 0 };
  const state = { isOver: false };
  const answerTo = async (request: TransferRequest): Promise<TransferResult | undefined> => {
    try {
      return (await postNow([request], external))[0];
    } catch (error) {
      if (isDomainError(error) && ['ledger_contention', 'ledger_busy'].includes(error.code)) return answerTo(request);
      throw error;
    }
  };
  const teller = async (to: bigint) => {
    let isLateTaken = true;
    while (isLateTaken || !state.isOver) {
      const [old, present] = [
        await answerTo(late(months, to)),
        await answerTo(move({ from: issuance, to, amountMinor: 1n, id: months.idOf(2) })),
      ];
      isLateTaken = old?.status === 'created';
      if (isLateTaken) booked.late += 1n;
      else expect(old).toMatchObject({ code: 'id_too_old' });
      expect(present?.status).toBe('created');
      booked.present += 1;
    }
  };
  const tellers = Promise.all(wallets.map(teller));
  await months.seal(-1).finally(() => (state.isOver = true));
  await tellers;
  expect(await sealedMonths(database.client, 1)).toMatchObject([{ transfers: booked.late }]);
  expect(booked.late).toBeGreaterThan(0n);
  await months.detachAllTo(-1);
  expect((await checkLedger(database.client)).findings).toEqual([]);
  expect(await deadlocks(database)).toBe(0n);
});

it('while eight connections post, months are detached and no call fails', async () => {
  const { database, months, wallet, post: postNow } = await start();
  await months.seal(-1);
  const wallets = await Promise.all(Array.from({ length: 8 }, () => wallet(1n)));
  const state = { isOver: false, booked: 0 };
  const tellers = wallets.map(async (to) => {
    while (!state.isOver || state.booked < 100) {
      const request = move({ from: issuance, to, amountMinor: 1n, id: months.idOf(2) });
      expect(await postNow([request], external)).toMatchObject([{ status: 'created' }]);
      state.booked += 1;
    }
  });
  await months.detachAllTo(-1).finally(() => (state.isOver = true));
  await Promise.all(tellers);
  expect(await sealedMonths(database.client, 2)).toMatchObject([
    { detached: { by: 'Ispettore' } },
    { detached: { by: 'Ispettore' } },
  ]);
  expect((await checkLedger(database.client)).findings).toEqual([]);
});

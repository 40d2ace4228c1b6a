import { expect, it } from 'vitest';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { post } from '#server/ledger/transfers.ts';
import type { Database } from '#server/platform/db.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testDatabase } from '#server/testing/database.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import { lotsInFull, provenanceBooks } from '#server/testing/provenance-books.ts';
import { provenanceFindings } from './checks.ts';
import { forgetProjection, projectNews, rebuildProjection } from './jobs.ts';
import { emptyMemory, type Memory } from './memory.ts';
import { noteHold } from './notes.ts';
import { lockProjection, projectAccounts } from './project.ts';
import { lotsOf } from './queries.ts';

const database = await testDatabase({ connectionsMax: 6 });
const books = provenanceBooks(database);
const { issuance, treasury, promotion } = books.house;
const [wallet, other] = [await books.open('wallet'), await books.open('wallet')];

/** Batches as small as can be, so that many follow on one another. */
function smallBatches(): Memory {
  const memory = emptyMemory();
  memory.batchSize = 2;
  return memory;
}

it('batches that are decided upon unwritten ones are those of a rebuild, also where the house gives what it just got', async () => {
  const memory = smallBatches();
  for (let round = 0n; round < 12n; round += 1n) {
    await books.book([{ from: issuance, to: treasury, amount: 10n, kind: 'mint' }]);
    await books.book([{ from: treasury, to: wallet, amount: 9n, kind: 'grant' }]);
    const [id = ''] = await books.book([{ from: wallet, to: other, amount: 5n }]);
    if (round % 4n === 3n)
      await books.book([{ from: other, to: wallet, amount: 5n, reversesId: id, kind: 'reversal' }]);
  }
  expect(await projectNews(database, { memory })).toEqual({ projected: 39, isDone: true });
  await asRebuilt();
});

it('what was decided before somebody else projected is decided again', async () => {
  const memory = smallBatches();
  await projectNews(database, { memory });
  for (let round = 0; round < 5; round += 1) {
    await books.book([{ from: issuance, to: wallet, amount: 10n, kind: 'mint' }]);
    await books.book([{ from: wallet, to: other, amount: 3n }]);
  }
  const report = await database.inTransaction(async (tx) => {
    await lockProjection(tx);
    const waiting = projectNews(database, { memory });
    await untilLockAwaited();
    await projectAccounts(tx, [wallet]);
    return { waiting };
  });
  expect(await report.waiting).toMatchObject({ isDone: true });
  await asRebuilt();
});

it('the house spends its oldest lots first, also where more of them are in the table than in memory', async () => {
  const memory = emptyMemory();
  const take = async (amountMinor: bigint) => {
    await database.inTransaction((tx) => post(tx, [move({ from: promotion, to: wallet, amountMinor })]));
    await projectNews(database, { memory });
  };
  const lots = Array.from({ length: 4_100 }, () => move({ from: issuance, to: promotion, amountMinor: 2n }));
  await database.inTransaction((tx) => post(tx, lots));
  await take(1n);
  await database.inTransaction((tx) => post(tx, [move({ from: issuance, to: promotion, amountMinor: 9n })]));
  await take(7_999n);
  await take(5n);
  await asRebuilt();
});

it('what is booked under an early id is projected, whether others wait for it or nobody does', async () => {
  const memory = smallBatches();
  const [first, second] = [await books.open('wallet'), await books.open('wallet')];
  const early = () => transferId(new Date(Date.now() - 3_600_000));
  const book = (from: bigint, to: bigint, id?: string) =>
    database.inTransaction((tx) =>
      post(tx, [move({ from, to, amountMinor: from === issuance ? 400n : 4n, ...(id === undefined ? {} : { id }) })]),
    );
  await book(issuance, first);
  await projectNews(database, { memory });
  await book(issuance, first, early());
  await book(first, second);
  await book(first, second);
  expect(await projectNews(database, { memory })).toEqual({ projected: 3, isDone: true });
  await book(second, first, early());
  expect(await projectNews(database, { memory })).toEqual({ projected: 1, isDone: true });
  // Whoever waits for it does not wait until there is nothing else to read.
  await book(issuance, first, early());
  for (let round = 0; round < 60; round += 1) await book(first, second);
  memory.batchSize = 2;
  // Batches are of at most 2, 4, 8 and 16, so that the last of the sixty is not among them.
  const { projected } = await projectNews(database, { memory, batchesMax: 4 });
  expect([projected >= 3, projected < 40]).toEqual([true, true]);
  await projectNews(database, { memory });
  await asRebuilt();
});

it('transfers of other assets are passed over', async () => {
  const memory = emptyMemory();
  await projectNews(database, { memory });
  const debtor = await database.inTransaction((tx) =>
    openAccount(tx, { owner: transferId(), kind: 'receivable', asset: 'USD' }),
  );
  const dollars = move({ from: systemAccountId('stripe_balance', 'USD'), to: debtor, amountMinor: 7n });
  await database.inTransaction((tx) => post(tx, [dollars]));
  await books.book([{ from: issuance, to: wallet, amount: 1n, kind: 'mint' }]);
  expect(await projectNews(database, { memory })).toEqual({ projected: 1, isDone: true });
  await asRebuilt();
});

it('of a wallet that only receives nothing is kept in memory', async () => {
  const memory = emptyMemory();
  for (let round = 0; round < 3; round += 1) {
    await books.book([{ from: issuance, to: other, amount: 1n, kind: 'mint' }]);
    await projectNews(database, { memory });
  }
  expect(memory.books.get(other)).toMatchObject({ isWhole: false, lots: [], came: [], heldMinor: 0n });
  await asRebuilt();
});

it('the list of an account does not grow with what went through it', async () => {
  const memory = emptyMemory();
  const [giver, hub] = [await books.open('wallet'), await books.open('wallet')];
  await books.book([{ from: issuance, to: giver, amount: 60n, kind: 'mint' }]);
  for (let round = 0; round < 30; round += 1) {
    await books.book([{ from: giver, to: hub, amount: 2n }]);
    await books.book([{ from: hub, to: other, amount: 2n }]);
    await projectNews(database, { memory });
  }
  const { lots } = await database.client.lotProgress.findUniqueOrThrow({ where: { accountId: hub } });
  expect(lots.length).toBeLessThanOrEqual(9);
  await asRebuilt();
});

it('a hold that is not committed yet lets nothing be written that was decided without it', async () => {
  const memory = emptyMemory();
  const [buyer, seller] = [await books.open('wallet'), await books.open('wallet')];
  const source = { type: 'charge', id: 'held-late' };
  const [bought, earned] = [
    { kind: 'bought' as const, source, holdUntil: null },
    { kind: 'earned' as const, source: { type: 'order', id: 'o-1' }, holdUntil: null },
  ];
  await books.book([{ from: issuance, to: buyer, amount: 8n, kind: 'top_up_base', note: bought }]);
  await projectNews(database, { memory });
  const holdUntil = new Date(Date.now() + 86_400_000);
  const { waiting } = await database.inTransaction(async (tx) => {
    await noteHold(tx, { source, holdUntil, reason: 'A reason.', at: new Date(), ids: systemIds });
    await books.book([{ from: buyer, to: seller, amount: 8n, note: earned }]);
    const waiting = projectNews(database, { memory });
    await untilLockAwaited();
    return { waiting };
  });
  expect(await waiting).toEqual({ projected: 1, isDone: true });
  const lots = await lotsOf(database.client, seller, { at: new Date() });
  expect(lots.map(({ heldUntil }) => heldUntil)).toEqual([holdUntil]);
  await asRebuilt();
});

it('what a look decided last is decided again in the next where somebody else came before it', async () => {
  const memory = emptyMemory();
  const [first, second, third] = [await books.open('wallet'), await books.open('wallet'), await books.open('wallet')];
  await books.book([{ from: issuance, to: first, amount: 10n, kind: 'mint' }]);
  await books.book([{ from: issuance, to: second, amount: 10n, kind: 'mint' }]);
  await projectNews(database, { memory });
  await books.book([{ from: second, to: third, amount: 10n }]);
  const { waiting } = await database.inTransaction(async (tx) => {
    await lockProjection(tx);
    await books.book([{ from: first, to: treasury, amount: 10n }]);
    const waiting = projectNews(database, { memory, batchesMax: 1 });
    await untilLockAwaited();
    await projectAccounts(tx, [first]);
    return { waiting };
  });
  expect(await waiting).toEqual({ projected: 0, isDone: false });
  expect(await projectNews(database, { memory })).toEqual({ projected: 1, isDone: true });
  await books.book([{ from: third, to: first, amount: 10n }]);
  expect(await projectNews(database, { memory })).toEqual({ projected: 1, isDone: true });
  await asRebuilt();
});

it.each([1_000, 1])(
  'lots that were read after somebody else had projected them are not remembered (%i batches)',
  async (batchesMax) => {
    const memory = emptyMemory();
    const [first, second] = [await books.open('wallet'), await books.open('wallet')];
    for (let lot = 0; lot < 6; lot += 1)
      await books.book([{ from: issuance, to: promotion, amount: 10n, kind: 'mint' }]);
    await books.book([{ from: issuance, to: first, amount: 1n, kind: 'mint' }]);
    await projectNews(database, { memory });
    await books.book([{ from: promotion, to: first, amount: 10n, kind: 'grant' }]);
    let isProjected = false;
    const interrupted: Database = {
      ...database,
      runPlanned: async (query) => {
        const rows = await database.runPlanned(query);
        if (!isProjected) await database.inTransaction((tx) => projectAccounts(tx, [first]));
        isProjected = true;
        return rows as never;
      },
    };
    expect((await projectNews(interrupted, { memory, batchesMax })).projected).toBe(0);
    await books.book([{ from: promotion, to: second, amount: 10n, kind: 'grant' }]);
    expect(await projectNews(database, { memory })).toEqual({ projected: 1, isDone: true });
    await asRebuilt();
  },
);

it('what is refused again and again waits once, and is projected in the end', async () => {
  const memory = emptyMemory();
  const [giver, taker, busy] = [await books.open('wallet'), await books.open('wallet'), await books.open('wallet')];
  await books.book([{ from: issuance, to: giver, amount: 40n, kind: 'mint' }]);
  const gifts: string[] = [];
  for (let round = 0; round < 10; round += 1)
    gifts.push(...(await books.book([{ from: giver, to: taker, amount: 1n }])));
  for (let refusal = 0; refusal < 3; refusal += 1) {
    const { waiting } = await database.inTransaction(async (tx) => {
      await lockProjection(tx);
      await books.book([{ from: issuance, to: busy, amount: 1n, kind: 'mint' }]);
      const waiting = projectNews(database, { memory, batchesMax: 1 });
      await untilLockAwaited();
      await projectAccounts(tx, [busy]);
      return { waiting };
    });
    expect(await waiting).toEqual({ projected: 0, isDone: false });
  }
  const ids = memory.waiting.transfers.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(gifts));
  expect(ids.length).toBeLessThanOrEqual(3 * 15);
  expect((await projectNews(database, { memory })).isDone).toBe(true);
  expect(memory.waiting.transfers).toEqual([]);
  await asRebuilt();
});

it('a worker goes on after everything was projected anew by somebody else', async () => {
  const memory = emptyMemory();
  const [giver, taker] = [await books.open('wallet'), await books.open('wallet')];
  await books.book([{ from: issuance, to: giver, amount: 40n, kind: 'mint' }]);
  await projectNews(database, { memory });
  await database.inTransaction(forgetProjection);
  const [id = ''] = await books.book([{ from: giver, to: taker, amount: 1n }]);
  await projectNews(database, { memory, batchesMax: 1 });
  // There are thousands before it, and they are read again from the first.
  expect(memory.readUntil < id).toBe(true);
  expect((await projectNews(database, { memory })).isDone).toBe(true);
  await asRebuilt();
});

it('how far a worker read is kept with what it wrote, also where there was nothing to write', async () => {
  const untilNow = async () => (await database.client.lotProjection.findFirstOrThrow()).readUntil;
  const receiver = await books.open('wallet');
  const [id] = await books.book([{ from: issuance, to: receiver, amount: 3n, kind: 'mint' }]);
  await database.inTransaction((tx) => projectAccounts(tx, [receiver]));
  expect((await untilNow()) < (id ?? '')).toBe(true);
  expect(await projectNews(database)).toEqual({ projected: 0, isDone: true });
  expect(await untilNow()).toBe(id);
  await asRebuilt();
});

it('what was read and not decided in one look is decided in the next, however soon that ends', async () => {
  const memory = smallBatches();
  const [giver, taker] = [await books.open('wallet'), await books.open('wallet')];
  await books.book([{ from: issuance, to: giver, amount: 40n, kind: 'mint' }]);
  await projectNews(database, { memory });
  for (let round = 0; round < 30; round += 1) await books.book([{ from: giver, to: taker, amount: 1n }]);
  let projected = 0;
  for (let look = 0; look < 40 && projected < 30; look += 1) {
    memory.batchSize = 2;
    projected += (await projectNews(database, { memory, batchesMax: 1 })).projected;
  }
  expect(projected).toBe(30);
  await asRebuilt();
});

async function asRebuilt(): Promise<void> {
  expect(await database.inTransaction((tx) => provenanceFindings(tx, 'full'))).toEqual([]);
  const before = await lotsInFull(database);
  await rebuildProjection(database);
  expect(await lotsInFull(database)).toEqual(before);
}

async function untilLockAwaited(): Promise<void> {
  for (;;) {
    const rows = await database.client.$queryRaw<unknown[]>`
      SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`;
    if (rows.length > 0) return;
  }
}

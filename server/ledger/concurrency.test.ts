import { expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { createDatabase } from '#server/platform/db.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move } from '#server/testing/ledger.ts';
import { deadlocksOf } from '#server/testing/proofs/deadlocks.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { newSeed, randomFrom } from '#server/testing/proofs/random.ts';

const connections = 16;
const rounds = proofSize({ short: 25, long: 400 });
const database = await testDatabase({ connectionsMax: connections });
const { wallet, balance, available, ...ledger } = books(database);

it(
  '16 connections on the same few accounts lose no money, leave no gap and never deadlock',
  { timeout: proofSize({ short: 30_000, long: 600_000 }) },
  async ({ task }) => {
    const crowd = createDatabase(database.adminUrl, { connectionsMax: connections });
    const { post } = books(crowd);
    const accounts = await Promise.all(Array.from({ length: 6 }, () => wallet(1_000n)));
    const seed = newSeed();
    const bank = async (worker: number): Promise<TransferResult[]> => {
      const random = randomFrom(seed * 100 + worker);
      const results: TransferResult[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const batch = Array.from({ length: 1 + random.below(5) }, (): TransferRequest => {
          const from = random.pick(accounts);
          const to = random.pick(accounts.filter((account) => account !== from));
          return move({ from, to, amountMinor: BigInt(1 + random.below(400)) });
        });
        results.push(...(await post(batch)));
      }
      return results;
    };
    let running = true;
    const totals = new Set<string>();
    const watch = async () => {
      while (running) {
        const rows = await crowd.client.$queryRaw<{ total: string; least: bigint }[]>`
        SELECT sum(balance)::text AS total, min(balance) AS least FROM ledger.account WHERE id = ANY (${accounts.map(String)}::bigint[])`;
        totals.add(`${String(rows[0]?.total)} ${String((rows[0]?.least ?? -1n) >= 0n)}`);
      }
    };
    const watching = watch();
    const workers = await Promise.all(Array.from({ length: connections - 1 }, (_, worker) => bank(worker)));
    running = false;
    await watching;
    await crowd.close();
    expect([...totals], `seed ${String(seed)}`).toEqual(['6000 true']);
    const created = workers.flat().filter((result) => result.status === 'created');
    const refused = workers.flat().filter((result) => result.status === 'refused');
    expect(refused.every((result) => result.code === 'insufficient_funds')).toBe(true);
    const ids = created.map((result) => result.id);
    const rows = await database.client.$queryRaw<{ entries: bigint }[]>`
    SELECT count(*) AS entries FROM ledger.entry WHERE transfer_id = ANY (${ids}::uuid[])`;
    expect(rows).toEqual([{ entries: BigInt(created.length * 2) }]);
    expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
    task.meta.figures = { plainTransfers: created.length };
  },
);

it('one request sent by 16 callers at once happens once', async () => {
  const [from, to] = [await wallet(1_000n), await wallet()];
  const group = [move({ from, to, amountMinor: 100n, linked: true }), move({ from, to, amountMinor: 1n })];
  const answers = await Promise.all(Array.from({ length: connections }, () => ledger.post(group)));
  const statuses = answers.map((answer) => answer.map((result) => result.status).join());
  expect(statuses.filter((status) => status === 'created,created')).toHaveLength(1);
  expect(statuses.filter((status) => status === 'exists,exists')).toHaveLength(connections - 1);
  expect([await balance(from), await balance(to)]).toEqual([899n, 101n]);
});

it('one id sent at once with other accounts each time happens once, and the losers book nothing', async () => {
  const pairs = await Promise.all(
    Array.from({ length: 8 }, async () => ({ from: await wallet(10n), to: await wallet() })),
  );
  const shared = move({ from: 1n, to: 2n, amountMinor: 10n });
  const outcomes = await Promise.allSettled(
    pairs.map(({ from, to }) => ledger.post([{ ...shared, debitAccountId: from, creditAccountId: to }])),
  );
  const created = outcomes.filter(
    (outcome) => outcome.status === 'fulfilled' && outcome.value[0]?.status === 'created',
  );
  expect(created).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected')
      expect(outcome.reason).toMatchObject({ kind: 'conflict', code: 'ledger_contention' });
    else if (outcome.value[0]?.status === 'refused') expect(outcome.value[0].code).toBe('id_content_mismatch');
  }
  const received = await Promise.all(pairs.map(({ to }) => balance(to)));
  expect(received.filter((amount) => amount === 10n)).toHaveLength(1);
  expect(received.filter((amount) => amount === 0n)).toHaveLength(7);
});

it('a pending transfer resolved by 16 callers at once is resolved once', async () => {
  const [from, to] = [await wallet(100n), await wallet()];
  const hold = move({ from, to, amountMinor: 80n, pending: {} });
  await ledger.post([hold]);
  const answers = await Promise.all(
    Array.from({ length: connections }, (_, caller) =>
      ledger.post([
        caller % 2 === 0
          ? move({ from, to, amountMinor: 80n, postPendingId: hold.id })
          : move({ from, to, amountMinor: 0n, voidPendingId: hold.id }),
      ]),
    ),
  );
  expect(answers.flat().filter((result) => result.status === 'created')).toHaveLength(1);
  expect(await available(from)).toBe(100n - (await balance(to)));
  expect(await checkLedger(database.client)).toMatchObject({ ok: true });
});

it('after all of this PostgreSQL has counted no deadlock', async () => {
  await database.close();
  expect(await deadlocksOf(database.adminUrl)).toBe(0n);
});

import { describe, expect, it } from 'vitest';
import { createDatabase } from '#server/platform/db.ts';
import { testDatabase } from '#server/testing/database.ts';
import { watchBank } from '#server/testing/proofs/bank-reader.ts';
import { openBank, workAtOnce } from '#server/testing/proofs/bank.ts';
import { ClientList } from '#server/testing/proofs/client-list.ts';
import { deadlocksOf } from '#server/testing/proofs/deadlocks.ts';
import { bookFaults, readHistory } from '#server/testing/proofs/history.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { newSeed } from '#server/testing/proofs/random.ts';

const sizes = proofSize({
  short: [
    { connections: 8, wallets: 5, batches: 12 },
    { connections: 32, wallets: 12, batches: 4 },
  ],
  long: [
    { connections: 8, wallets: 5, batches: 500 },
    { connections: 16, wallets: 8, batches: 300 },
    { connections: 32, wallets: 12, batches: 200 },
  ],
});
const readers = 2;
const seed = newSeed();
const agreement = { lost: [], different: [], doubled: [], strangers: [], contradicted: [] };

describe.each(sizes)('$connections clients that move, hold, link, reverse and repeat', (size) => {
  it(
    `never show a wrong total or a negative wallet, never deadlock, and lose nothing they were told (seed ${String(seed)})`,
    { timeout: proofSize({ short: 120_000, long: 1_800_000 }) },
    async ({ task, annotate }) => {
      const admin = await testDatabase();
      const database = createDatabase(admin.adminUrl, { connectionsMax: size.connections + readers });
      const list = new ClientList();
      const bank = await openBank(database, size.wallets, list);
      let isWorking = true;
      const watching = Array.from({ length: readers }, () => watchBank(database, bank, () => !isWorking));
      const started = performance.now();
      const isOver = (batchesSent: number) => batchesSent >= size.batches;
      const ends = await workAtOnce(database, bank, { connections: size.connections, seed, isOver });
      const milliseconds = Math.ceil(performance.now() - started);
      isWorking = false;
      const seen = await Promise.all(watching);
      await database.close();

      expect(ends.filter((end) => end !== null)).toEqual([]);
      expect(seen.flatMap(({ faults }) => faults)).toEqual([]);
      expect(await deadlocksOf(admin.adminUrl)).toBe(0n);
      expect(await list.differences(admin)).toEqual(agreement);
      const history = await readHistory(admin, bank.wallets);
      expect(history.faults).toEqual([]);
      expect(await bookFaults(admin)).toEqual([]);
      const snapshots = seen.reduce((sum, { snapshots: count }) => sum + count, 0);
      // A bank where little happens would be in order as well.
      expect(list.created).toBeGreaterThan(size.connections * size.batches);
      task.meta.figures = {
        transfers: list.created,
        answers: list.size,
        snapshots,
        versions: history.versions,
        milliseconds,
      };
      await annotate(`${String(size.connections)} clients: ${JSON.stringify(task.meta.figures)}`);
    },
  );
});

import { expect, it } from 'vitest';
import { createDatabase } from '#server/platform/db.ts';
import { testDatabase } from '#server/testing/database.ts';
import { openBank } from '#server/testing/proofs/bank.ts';
import { ClientList } from '#server/testing/proofs/client-list.ts';
import { deadlocksOf } from '#server/testing/proofs/deadlocks.ts';
import { bookFaults, readHistory } from '#server/testing/proofs/history.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { newSeed } from '#server/testing/proofs/random.ts';
import { raceForIds } from '#server/testing/proofs/same-id.ts';

const callers = 16;
const rounds = proofSize({ short: 40, long: 2_000 });
const seed = newSeed();

it(
  `one id used by up to ${String(callers)} callers at once has one effect, and the innocents beside it are unharmed (seed ${String(seed)})`,
  { timeout: proofSize({ short: 120_000, long: 1_200_000 }) },
  async ({ task, annotate }) => {
    const admin = await testDatabase();
    const database = createDatabase(admin.adminUrl, { connectionsMax: callers });
    const bank = await openBank(database, 2 * callers, new ClientList());
    const { repeats, faults } = await raceForIds(database, bank, { callers, rounds, seed });
    await database.close();

    expect(await deadlocksOf(admin.adminUrl)).toBe(0n);
    expect(faults).toEqual([]);
    // Where nobody is ever told to repeat, the callers did not meet.
    expect(repeats).toBeGreaterThan(0);
    expect(await bank.list.differences(admin)).toEqual({
      lost: [],
      different: [],
      doubled: [],
      strangers: [],
      contradicted: [],
    });
    expect((await readHistory(admin, bank.wallets)).faults).toEqual([]);
    expect(await bookFaults(admin)).toEqual([]);
    task.meta.figures = { idRaces: rounds, transfers: bank.list.created, repeats };
    await annotate(JSON.stringify(task.meta.figures));
  },
);

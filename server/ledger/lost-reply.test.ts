import { expect, it } from 'vitest';
import { testDatabase } from '#server/testing/database.ts';
import { openBank } from '#server/testing/proofs/bank.ts';
import { ClientList } from '#server/testing/proofs/client-list.ts';
import { bookFaults, readHistory } from '#server/testing/proofs/history.ts';
import { loseReplies, type LostReplies } from '#server/testing/proofs/lost-replies.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { newSeed } from '#server/testing/proofs/random.ts';
import type { Cut } from '#server/testing/proofs/reply-proxy.ts';

const times: Record<Cut, number> = proofSize({
  short: { after_commit: 200, before_commit: 40, during_commit: 40 },
  long: { after_commit: 1_000, before_commit: 400, during_commit: 400 },
});
const lanes = 4;
const seed = newSeed();
const agreement = { lost: [], different: [], doubled: [], strangers: [], contradicted: [] };

/** What asking again must answer, by what was asked for. */
const happenedBefore = [
  'one: exists',
  'pair: exists exists',
  'plain: exists',
  'too much: refused before',
  'two: exists exists',
];
const happensNow = [
  'one: created',
  'pair: created created',
  'plain: created',
  'too much: refused',
  'two: created created',
];

/** Loses that many replies on a bank of its own; whatever was answered, there must be exactly one effect of each. */
async function provenEffects(cut: Cut): Promise<LostReplies> {
  const database = await testDatabase();
  const list = new ClientList();
  const bank = await openBank(database, 6, list);
  const seen = await loseReplies(database, bank, { cut, times: times[cut], seed, lanes });
  expect(seen).toMatchObject({ cuts: times[cut], answered: 0 });
  expect(await list.differences(database)).toEqual(agreement);
  expect((await readHistory(database, bank.wallets)).faults).toEqual([]);
  expect(await bookFaults(database)).toEqual([]);
  return seen;
}

it(
  `${String(times.after_commit)} replies lost after COMMIT: asking again finds the first result, and there is one effect each (seed ${String(seed)})`,
  { timeout: proofSize({ short: 120_000, long: 600_000 }) },
  async ({ task }) => {
    const { cuts, answers } = await provenEffects('after_commit');
    expect(Object.keys(answers).sort()).toEqual(happenedBefore);
    task.meta.figures = { lostAfterCommit: cuts };
  },
);

it(
  `${String(times.before_commit)} connections lost before COMMIT: nothing happened, and asking again makes it happen once (seed ${String(seed)})`,
  { timeout: proofSize({ short: 120_000, long: 600_000 }) },
  async ({ task }) => {
    const { cuts, answers } = await provenEffects('before_commit');
    expect(Object.keys(answers).sort()).toEqual(happensNow);
    task.meta.figures = { lostBeforeCommit: cuts };
  },
);

it(
  `${String(times.during_commit)} connections lost during COMMIT: whatever happened, asking again leaves one effect each (seed ${String(seed)})`,
  { timeout: proofSize({ short: 120_000, long: 600_000 }) },
  async ({ task }) => {
    const { cuts, answers } = await provenEffects('during_commit');
    expect([...happenedBefore, ...happensNow]).toEqual(expect.arrayContaining(Object.keys(answers)));
    task.meta.figures = { lostDuringCommit: cuts };
  },
);

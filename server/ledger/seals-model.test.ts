import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { testDatabase } from '#server/testing/database.ts';
import { sequence } from '#server/testing/ledger-model/draws.ts';
import { reading, type ReadingDraw } from '#server/testing/ledger-model/questions.ts';
import { SideBySide } from '#server/testing/ledger-model/side-by-side.ts';
import { monthsOf } from '#server/testing/ledger-seals.ts';
import { move, transferId } from '#server/testing/ledger.ts';

const seed = Date.now() % 1_000_000;
const sequences = 4;

it(`random books whose months are in the archive answer and are read as the model is (seed ${String(seed)})`, async () => {
  const codes = new Set<string>();
  for (const [index, steps] of fc.sample(sequence, { seed, numRuns: sequences }).entries()) {
    const database = await testDatabase();
    const [read = null] = fc.sample(reading, { seed: seed + index, numRuns: 30 }).filter((draw) => draw !== null);
    const { both } = await SideBySide.open(database, read === null ? null : read.monitors);
    for (const step of steps) await both.take(step);
    await both.archive(() => monthsOf(database).detachAllSealable());
    for (const batch of [...both.batches].flatMap((requests) => [requests, namingThem(requests, both.now())])) {
      const answers = await both.post(batch, true);
      expect(answers.database).toEqual(answers.model);
      for (const { result } of answers.items) codes.add(result.status === 'refused' ? result.code : result.status);
    }
    const states = await both.finalStates();
    expect(states.database).toEqual(states.model);
    await expectSameReadings(both, read);
    expect((await checkLedger(database.client)).findings).toEqual([]);
  }
  expect([...codes]).toEqual(expect.arrayContaining(['id_too_old', 'related_transfer_archived']));
});

/** A reversal, a post and a void of each. */
function namingThem(requests: readonly TransferRequest[], now: Date): TransferRequest[] {
  return requests.flatMap(({ id, debitAccountId: from, creditAccountId: to, kind }) => [
    move({ id: transferId(now), from: to, to: from, amountMinor: 1n, kind: 'reversal', reversesId: id }),
    move({ id: transferId(now), from, to, amountMinor: 1n, kind, postPendingId: id }),
    move({ id: transferId(now), from, to, amountMinor: 0n, kind, voidPendingId: id }),
  ]);
}

async function expectSameReadings(both: SideBySide, read: ReadingDraw | null): Promise<void> {
  if (read === null) return;
  const readings = await both.readings(read);
  expect(readings.database).toEqual(readings.model);
}

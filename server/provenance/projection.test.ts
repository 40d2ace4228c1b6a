import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '#server/testing/database.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { keyOf, lotsInFull, provenanceBooks, type ProvenanceBooks } from '#server/testing/provenance-books.ts';
import type { Unit } from '#server/testing/provenance-model.ts';
import { everyAction, stepDraw, type StepDraw } from '#server/testing/provenance-draws.ts';
import { History } from '#server/testing/provenance-steps.ts';
import { provenanceFindings } from './checks.ts';
import { projectNews, rebuildProjection } from './jobs.ts';
import { emptyMemory, type Memory } from './memory.ts';
import { projectAccounts } from './project.ts';
import { lotsOf, lotsOfSource } from './queries.ts';
import { traceSerial } from './trace.ts';
import { dateOf } from './wire.ts';

const historyCount = proofSize({ short: 12, long: 300 });
/** Put the number of a failed run here to see it again. */
const seed = Date.now() % 1_000_000;
const minutesMax = proofSize({ short: 3, long: 60 });

/** All histories since the first are made again each time. */
const historiesPerRebuild = 6;
let historyNumber = 0;

/** After each step: nobody, one that remembers its earlier looks, two at once, or one account with whatever it needs. */
const looks = fc.array(fc.tuple(stepDraw, fc.integer({ min: 0, max: 9 })), { minLength: 25, maxLength: 60 });

/** A first history in which everything happens at least once, whatever chance brings afterwards. */
const everything = everyAction.map((action, place): [StepDraw, number] => [
  { action, who: 0, whom: 1, amount: 40, seconds: 39 },
  place % 5,
]);

describe('random histories', async () => {
  const database = await testDatabase({ connectionsMax: 8 });
  const books = provenanceBooks(database);
  const seen = new Map<string, number>();
  const memory = emptyMemory();

  it(
    `${String(historyCount)} of them, projected in pieces and by two at once, end as unit by unit in memory, and rebuilt to the byte (seed ${String(seed)})`,
    { timeout: minutesMax * 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(looks, (steps) => playAndCompare({ books, memory, seen }, steps)),
        { numRuns: historyCount, seed, endOnFailure: true, examples: [[everything]] },
      );
      // Histories in which nothing happens would agree as well.
      const never = [...seen].filter(([, count]) => count === 0);
      expect(never).toEqual([]);
      expect(seen.size).toBeGreaterThanOrEqual(20);
    },
  );
});

async function playAndCompare(
  { books, memory, seen }: { books: ProvenanceBooks; memory: Memory; seen: Map<string, number> },
  steps: readonly (readonly [StepDraw, number])[],
): Promise<void> {
  const { database } = books;
  const past = await History.begin(books);
  const { wallets, charges } = past;
  for (const [draw, look] of steps) {
    const hasHappened = await past.play(draw);
    seen.set(draw.action, (seen.get(draw.action) ?? 0) + (hasHappened ? 1 : 0));
    if (look === 0 || look > 6) await projectNews(database, { memory });
    if (look === 1) await Promise.all([projectNews(database, { memory }), projectNews(database, { isFull: true })]);
    if (look === 2) await database.inTransaction((tx) => projectAccounts(tx, wallets.slice(0, 2)));
    if (look === 3) await projectNews(database, { batchesMax: 1 });
  }
  await projectNews(database, { isFull: true, memory });
  await compare(books, wallets);
  const source = charges[0];
  if (source !== undefined) await compareSource(books, keyOf(source), source);
  historyNumber += 1;
  if (historyNumber % historiesPerRebuild !== 0) return;
  const before = await lotsInFull(database);
  await rebuildProjection(database);
  expect(await lotsInFull(database)).toEqual(before);
}

async function compare({ database, model, now }: ProvenanceBooks, wallets: readonly bigint[]): Promise<void> {
  expect(await database.inTransaction((tx) => provenanceFindings(tx, 'full'))).toEqual([]);
  const lots = await database.client.lot.findMany({ orderBy: { serialFrom: 'asc' } });
  const facts = new Map((await database.client.lotFact.findMany()).map((fact) => [fact.id, fact]));
  const units = lots.flatMap((lot) => {
    const fact = facts.get(lot.factId);
    const shown = {
      accountId: lot.accountId,
      kind: fact?.kind,
      source: `${String(fact?.sourceType)} ${String(fact?.sourceId)}`,
      origin: `${String(fact?.originType)} ${String(fact?.originId)}`,
      holdUntil: fact?.holdUntil?.getTime() ?? null,
      expiresAt: fact?.expiresAt?.getTime() ?? null,
      arrivedBy: lot.arrivedBy,
    };
    const size = Number(lot.serialUntil - lot.serialFrom);
    return Array.from({ length: size }, (_, place) => ({ serial: lot.serialFrom + BigInt(place), ...shown }));
  });
  const expected = model.units.map(({ serial, accountId, kind, source, origin, holdUntil, expiresAt, arrivedBy }) => ({
    serial,
    accountId,
    kind,
    source,
    origin,
    holdUntil: milliseconds(holdUntil),
    expiresAt: milliseconds(expiresAt),
    arrivedBy,
  }));
  expect(units.length).toBe(expected.length);
  expect(units).toEqual(expected);
  const at = await now();
  for (const wallet of wallets) await compareWallet({ database, model }, wallet, at);
  for (const unit of [model.units[0], model.units.at(-1), model.units[model.units.length >> 1]])
    if (unit !== undefined) await compareTrace({ database }, unit);
}

async function compareWallet(
  { database, model }: Pick<ProvenanceBooks, 'database' | 'model'>,
  wallet: bigint,
  at: bigint,
): Promise<void> {
  const lots = await lotsOf(database.client, wallet, { at: dateOf(at) });
  const heldMinor = lots.filter(({ isHeld }) => isHeld).reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const moment = BigInt(dateOf(at).getTime()) * 1_000n;
  expect(heldMinor).toBe(BigInt(model.of(wallet).filter((unit) => model.isHeld(unit, moment)).length));
}

async function compareTrace({ database }: Pick<ProvenanceBooks, 'database'>, unit: Unit): Promise<void> {
  const steps = await traceSerial(database.client, unit.serial);
  expect(steps.map(({ transferId }) => transferId)).toEqual(unit.hands.map(({ transferId }) => transferId));
  expect(steps.at(-1)?.to.accountId).toBe(unit.accountId);
}

async function compareSource(
  { database, model }: ProvenanceBooks,
  key: string,
  source: { type: string; id: string },
): Promise<void> {
  const shares = await lotsOfSource(database.client, source, new Date());
  const total = shares.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const own = model.units.filter((unit) => unit.kind !== 'stock' && (unit.source === key || unit.origin === key));
  expect(total).toBe(BigInt(own.length));
}

function milliseconds(micros: bigint | null): number | null {
  return micros === null ? null : Number(micros / 1_000n);
}

import { afterEach, describe, expect, it } from 'vitest';
import { createCombiner, type Combiner } from '#server/ledger/combiner.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, balance } = books(database);
const opened: Combiner[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((combiner) => combiner.close()));
});

function newCombiner(): Combiner {
  const combiner = createCombiner(database);
  opened.push(combiner);
  return combiner;
}

function hotMoves(from: bigint, to: bigint, count: number): TransferRequest[] {
  return Array.from({ length: count }, () => move({ from, to, amountMinor: 1n }));
}

describe('what waits is divided among the free lanes', () => {
  it('64 posts of one moment travel in two calls at once, although they share an account, and all are booked', async () => {
    const combiner = newCombiner();
    const [from, to] = [await wallet(64n), await wallet()];
    const answers = hotMoves(from, to, 64).map((request) => combiner.post(request));
    expect((await Promise.all(answers)).flat().every(({ status }) => status === 'created')).toBe(true);
    expect(combiner.figures()).toMatchObject({ calls: 2, items: 64, queuedItems: 0 });
    expect(await balance(to)).toBe(64n);
  });

  it('a list longer than its share travels whole, before what came after it', async () => {
    const combiner = newCombiner();
    const [from, to] = [await wallet(60n), await wallet()];
    const list = combiner.post(hotMoves(from, to, 50));
    const others = hotMoves(from, to, 11).map((request) => combiner.post(request));
    expect((await list).map(({ status }) => status)).toEqual(new Array<string>(50).fill('created'));
    // There was money for sixty: the last one finds none.
    expect((await Promise.all(others)).flat().filter(({ status }) => status === 'refused')).toHaveLength(1);
    expect(combiner.figures()).toMatchObject({ calls: 2, items: 61 });
  });
});

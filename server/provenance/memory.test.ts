import { expect, it } from 'vitest';
import { emptyBook, type AccountBook } from './books.ts';
import { adapt, countBeside, emptyMemory, forget, learn, mistrust, weigh } from './memory.ts';

function book(id: bigint, batch: number): AccountBook {
  return { ...emptyBook({ id, kind: 'wallet', order: 'spending', isStock: false, isOfDucats: true }), batch };
}

it('a full batch that was quick is followed by larger ones, up to a most', () => {
  const memory = emptyMemory();
  const sizes = [8_192, 16_384, 16_384];
  for (const size of sizes) {
    expect(memory.batchSize).toBe(size);
    adapt(memory, { count: size, milliseconds: 100 });
  }
});

it('a batch that was quick because it was small changes nothing', () => {
  const memory = emptyMemory();
  adapt(memory, { count: 10, milliseconds: 1 });
  expect(memory.batchSize).toBe(8_192);
});

it('a slow batch and a failure halve the next, down to a least, so that a slow machine gets on', () => {
  const memory = emptyMemory();
  adapt(memory, { count: 8_192, milliseconds: 7_000 });
  expect(memory.batchSize).toBe(4_096);
  forget(memory);
  expect(memory.batchSize).toBe(2_048);
  for (let failure = 0; failure < 20; failure += 1) forget(memory);
  expect([memory.batchSize, countBeside(memory, 4_000)]).toEqual([512, 512]);
});

it('as many are decided as take as long as what is written meanwhile, few at first, and never more than at most', () => {
  const memory = emptyMemory();
  weigh(memory, { count: 1_000, milliseconds: 10 }, { count: 2_000, milliseconds: 50 });
  expect([0, 1_000, 100_000].map((written) => countBeside(memory, written))).toEqual([512, 2_500, 8_192]);
  weigh(memory, { count: 4_000, milliseconds: 80 }, { count: 4_000, milliseconds: 40 });
  expect(countBeside(memory, 4_000)).toBe(2_000);
});

it('what was too small to be measured says nothing of how long others take', () => {
  const memory = emptyMemory();
  for (const [decided, written] of [[0, 4_000] as const, [4_000, 0] as const])
    weigh(memory, { count: decided, milliseconds: 1 }, { count: written, milliseconds: 90 });
  expect(countBeside(memory, 4_000)).toBe(4_000);
});

it('nothing is remembered after a failure, nor after a batch that was not kept', () => {
  for (const end of [forget, mistrust]) {
    const memory = emptyMemory();
    memory.books.set(1n, book(1n, 0));
    memory.batch = 7n;
    end(memory);
    expect([memory.books.size, memory.batch]).toEqual([0, null]);
  }
});

it('where there are too many accounts, those are forgotten that the last two batches did not move', () => {
  const memory = emptyMemory();
  memory.number = 10;
  for (let id = 0; id < 300_001; id += 1) memory.books.set(BigInt(id), book(BigInt(id), id < 5 ? 9 : 8));
  learn(memory, 3n);
  expect(memory.books.size).toBe(150_000);
  expect([...memory.books.keys()].slice(0, 6)).toEqual([0n, 1n, 2n, 3n, 4n, 150_006n]);
});

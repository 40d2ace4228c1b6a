import { expect, it } from 'vitest';
import { emptyBook, type AccountBook } from './books.ts';
import { adapt, emptyMemory, forget, learn, type Memory } from './memory.ts';

function remembering(books: readonly AccountBook[]): Memory {
  const memory = emptyMemory();
  learn(memory, { projected: [], accounts: new Map(books.map((book) => [book.id, book])) });
  return memory;
}

function book(id: bigint, isWhole: boolean): AccountBook {
  return { ...emptyBook({ id, kind: 'wallet', order: 'spending', isStock: false }), isWhole };
}

it('a full batch that was quick is followed by a larger one, up to a most', () => {
  const memory = emptyMemory();
  const sizes = [8_190, 16_380, 16_380];
  for (const size of sizes) {
    expect(memory.batchSize).toBe(size);
    adapt(memory, { count: size, milliseconds: 100 });
  }
});

it('a batch that was quick because it was small changes nothing', () => {
  const memory = emptyMemory();
  adapt(memory, { count: 10, milliseconds: 1 });
  expect(memory.batchSize).toBe(8_190);
});

it('a slow batch and a failure halve the next, down to a least, so that a slow machine gets on', () => {
  const memory = emptyMemory();
  adapt(memory, { count: 8_190, milliseconds: 7_000 });
  expect(memory.batchSize).toBe(4_095);
  forget(memory);
  expect(memory.batchSize).toBe(2_047);
  for (let failure = 0; failure < 20; failure += 1) forget(memory);
  expect(memory.batchSize).toBe(512);
});

it('only whole accounts are remembered, and none after a failure', () => {
  const memory = remembering([book(1n, true), book(2n, false)]);
  expect([...memory.books.keys()]).toEqual([1n]);
  forget(memory);
  expect([memory.books.size, memory.lotCount, memory.batch]).toEqual([0, 0, null]);
});

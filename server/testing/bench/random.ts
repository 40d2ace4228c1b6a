import { randomBytes } from 'node:crypto';
import { uuidv7At } from '#server/platform/ids.ts';

/** A repeatable stream of numbers. */
export interface Random {
  /** 0 to `below` - 1. */
  under(below: number): number;
}

/** Mulberry32 by Tommy Ettinger, with a seed of 32 bits. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    under: (below) => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * below);
    },
  };
}

/** New ledger ids, all of this millisecond. */
export function newIds(count: number): string[] {
  const time = new Date();
  const random = randomBytes(10 * count);
  return Array.from({ length: count }, (_, index) => uuidv7At(time, random.subarray(10 * index, 10 * index + 10)));
}

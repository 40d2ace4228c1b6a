import { inject } from 'vitest';

/** Draws that can be repeated: the same seed gives the same draws. */
export interface Random {
  /** An integer from 0 to `limit` − 1. */
  below(limit: number): number;
  pick<T>(values: readonly T[]): T;
}

/** The seed that the run was told to repeat, or a new one; print it, so that a failing run can be repeated. */
export function newSeed(): number {
  return inject('proofSeed') ?? Date.now() % 1_000_000;
}

/** The generator mulberry32, small and good enough for drawing test cases. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % limit;
  };
  return {
    below,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('there is nothing to pick from');
      return value;
    },
  };
}

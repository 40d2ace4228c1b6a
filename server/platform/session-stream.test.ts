import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { whileSessionLives } from './session-stream.ts';

/** Numbers without end, or silence without end, until it is returned. */
function source(options: { silentAfter: number }) {
  const state = { isReturned: false };
  const stop = new AbortController();
  const items: AsyncIterator<number> = {
    next: async () => {
      if (options.silentAfter > 0) {
        options.silentAfter -= 1;
        return { done: false, value: options.silentAfter };
      }
      await pause(60_000, undefined, { signal: stop.signal }).catch(() => undefined);
      return { done: true, value: undefined };
    },
    return: () => {
      state.isReturned = true;
      stop.abort();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { state, iterable: { [Symbol.asyncIterator]: () => items } };
}

async function all(stream: AsyncIterable<number>): Promise<number[]> {
  const items: number[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('a stream of someone signed in', () => {
  it('passes everything on while the session lives, and ends by itself, silent source or not, once it does not', async () => {
    let asked = 0;
    const { iterable, state } = source({ silentAfter: 3 });
    const isLive = () => Promise.resolve((asked += 1) < 3);
    expect(await all(whileSessionLives(iterable, { isLive, everyMs: 5 }))).toEqual([2, 1, 0]);
    expect(asked).toBe(3);
    expect(state.isReturned).toBe(true);
  });

  it('is closed at its source when the reader leaves', async () => {
    const { iterable, state } = source({ silentAfter: 10 });
    for await (const item of whileSessionLives(iterable, { isLive: () => Promise.resolve(true), everyMs: 5 })) {
      if (item === 5) break;
    }
    expect(state.isReturned).toBe(true);
  });

  it('breaks off when nobody can say whether the session lives', async () => {
    const { iterable, state } = source({ silentAfter: 0 });
    const isLive = () => Promise.reject(new Error('PostgreSQL is away'));
    await expect(all(whileSessionLives(iterable, { isLive, everyMs: 5 }))).rejects.toThrow('PostgreSQL is away');
    expect(state.isReturned).toBe(true);
  });
});

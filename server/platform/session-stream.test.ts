import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { whileSessionLives } from './session-stream.ts';

/** Numbers, then silence that only `stop` ends: a generator that waits is not closed by asking it to return. */
function source(options: { silentAfter: number }) {
  const state = { isReturned: false };
  const stopping = new AbortController();
  async function* numbers() {
    try {
      for (let left = options.silentAfter - 1; left >= 0; left -= 1) yield left;
      await pause(60_000, undefined, { signal: stopping.signal }).catch(() => undefined);
    } finally {
      state.isReturned = true;
    }
  }
  return { state, iterable: numbers(), stop: () => stopping.abort() };
}

async function all(stream: AsyncIterable<number>): Promise<number[]> {
  const items: number[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('a stream of someone signed in', () => {
  it('passes everything on while the session lives, and ends by itself, silent source or not, once it does not', async () => {
    let asked = 0;
    const { iterable, state, stop } = source({ silentAfter: 3 });
    const isLive = () => Promise.resolve((asked += 1) < 3);
    expect(await all(whileSessionLives(iterable, { isLive, stop, everyMs: 5 }))).toEqual([2, 1, 0]);
    expect(asked).toBe(3);
    expect(state.isReturned).toBe(true);
  });

  it('is closed at its source when the reader leaves', async () => {
    const { iterable, state, stop } = source({ silentAfter: 10 });
    for await (const item of whileSessionLives(iterable, { isLive: () => Promise.resolve(true), stop, everyMs: 5 })) {
      if (item === 5) break;
    }
    expect(state.isReturned).toBe(true);
  });

  it('is closed at its source when the reader leaves while nothing is to be said', async () => {
    const { iterable, state, stop } = source({ silentAfter: 1 });
    const reader = new AbortController();
    const isLive = () => Promise.resolve(true);
    const stream = whileSessionLives(iterable, { isLive, stop, reader: reader.signal, everyMs: 5 });
    expect(await stream.next()).toEqual({ done: false, value: 0 });
    const waiting = stream.next();
    reader.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(state.isReturned).toBe(true);
  });

  it('breaks off when nobody can say whether the session lives', async () => {
    const { iterable, state, stop } = source({ silentAfter: 0 });
    const isLive = () => Promise.reject(new Error('PostgreSQL is away'));
    await expect(all(whileSessionLives(iterable, { isLive, stop, everyMs: 5 }))).rejects.toThrow('PostgreSQL is away');
    expect(state.isReturned).toBe(true);
  });
});

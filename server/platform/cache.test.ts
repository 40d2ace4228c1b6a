import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { movableClock } from '#server/testing/clock.ts';
import { createCache } from './cache.ts';

describe('a cache in this process', () => {
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const schema = z.object({ name: z.string() });
  const make = (entriesMax = 2) => createCache({ name: 'test', schema, redis: null, clock, entriesMax });

  it('answers what was written until its time is over', async () => {
    const cache = make();
    cache.write('NLR', { name: 'Niccolò' }, 1_000);
    clock.advance(999);
    expect(await cache.read('NLR')).toEqual({ name: 'Niccolò' });
    clock.advance(1);
    expect(await cache.read('NLR')).toBeNull();
  });

  it('keeps only the fields that are named', async () => {
    const cache = make();
    const record = { name: 'Niccolò', wallet: 'secret' };
    cache.write('NLR', record, 1_000);
    expect(await cache.read('NLR')).toEqual({ name: 'Niccolò' });
  });

  it('never holds more than its number of values, and gives up the one that was not read for longest', async () => {
    const cache = make(2);
    cache.write('first', { name: '1' }, 1_000);
    cache.write('second', { name: '2' }, 1_000);
    await cache.read('first');
    cache.write('third', { name: '3' }, 1_000);
    const kept = await Promise.all(['first', 'second', 'third'].map((key) => cache.read(key)));
    expect(kept.map((each) => each?.name ?? null)).toEqual(['1', null, '3']);
  });

  it('refuses to keep what is not of its shape', () => {
    expect(() => {
      make().write('NLR', {} as { name: string }, 1_000);
    }).toThrow();
  });
});
